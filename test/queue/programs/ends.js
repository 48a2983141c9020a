// Makes a call, and ends: by itself, or by process.exit().
import { Analytics } from 'selfsame'
import { bullmq } from 'selfsame/bullmq'

const { ENGINE_URL, HOST, EXIT } = process.env
const delivery = bullmq({ connection: ENGINE_URL, lanes: 1, source: 'web' })
const analytics = new Analytics({ writeKey: 'web-key', host: HOST, delivery })
analytics.track({ userId: 'u', event: 'Ended' })
if (EXIT === 'now') process.exit(0)
