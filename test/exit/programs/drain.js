// Calls until it is asked to wait, and waits for room: it has nothing else to do, and is not at its end.
import { Analytics } from 'selfsame'

const [host] = process.argv.slice(2)
const analytics = new Analytics({ writeKey: 'k', host, maxQueueBytes: 20_000, exitTimeout: 300 })
for (let i = 0; i < 500; i++) {
  const goOn = analytics.track({ userId: 'u', event: `event ${i}` })
  if (!goOn) await new Promise((resolve) => analytics.once('drain', resolve))
}
await analytics.close()
console.log(JSON.stringify(analytics.stats().delivered))
