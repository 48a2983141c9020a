// Tracks one event, and exits with it pending.
import { Analytics } from 'selfsame'

const [host] = process.argv.slice(2)
const analytics = new Analytics({ writeKey: 'k', host })
analytics.track({ userId: 'u', event: 'E' })
process.exit(0)
