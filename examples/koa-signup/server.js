// node examples/koa-signup/server.js: a Koa app in which visitors become users (after `npm run build`).
import { serve } from '../signup-page/serve.js'
import { createApp } from './app.js'

await serve((parts) => createApp(parts).callback())
