// A client that was used and is idle: nothing may hold the process open.
import { Analytics } from 'selfsame'

const [host, use] = process.argv.slice(2)
const analytics = new Analytics({ writeKey: 'k', host })
if (use === 'used') {
  analytics.track({ userId: 'u', event: 'E' })
  await analytics.flush()
}
if (use === 'closed') await analytics.close()
