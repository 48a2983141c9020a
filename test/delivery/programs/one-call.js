// One call, flushed: one-call.js HOST
import { Analytics } from 'selfsame'

const analytics = new Analytics({ writeKey: 'k', host: process.argv[2] })
analytics.track({ userId: 'u1', event: 'E' })
const counts = await analytics.close({ timeout: 10_000 })
console.log(JSON.stringify(counts))
