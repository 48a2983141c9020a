// Survives a signal, as PID 1 of a container does, and goes on with what could not be delivered.
import { Analytics, directory } from 'selfsame'

const [host, folder] = process.argv.slice(2)
const outbox = folder ? { outbox: directory(folder) } : {}
const analytics = new Analytics({ writeKey: 'k', host, flushAt: 1_000, ...outbox })
for (let i = 0; i < 100; i++) analytics.track({ userId: 'u', event: `event ${i}` })
const print = () => console.log(JSON.stringify(analytics.stats()))

process.kill = () => true
process.emit('SIGTERM', 'SIGTERM')
print()
process.stdin.once('data', async () => {
  await analytics.close()
  print()
  process.exit(0)
})
