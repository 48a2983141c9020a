// node examples/express-signup/server.js: an Express app in which visitors become users (after `npm run build`).
import { serve } from '../signup-page/serve.js'
import { createApp } from './app.js'

await serve(createApp)
