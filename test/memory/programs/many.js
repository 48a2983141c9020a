// Many flushes of one client, or many clients; prints the heap before and after, and any warning, as JSON.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { Analytics } from 'selfsame'

const warnings = []
process.on('warning', ({ message }) => warnings.push(message))
const server = createServer((request, response) => {
  request.resume().on('end', () => response.end('{"success":true}'))
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const host = `http://127.0.0.1:${server.address().port}`
const track = { userId: 'u', event: 'E' }

const work = {
  async flushes(count) {
    const analytics = new Analytics({ writeKey: 'k', host })
    return async () => {
      const { delivered } = analytics.stats()
      for (let i = 0; i < count; i++) {
        // Every tenth one has something to deliver.
        if (i % 10 === 0) analytics.track(track)
        await analytics.flush()
      }
      return analytics.stats().delivered - delivered
    }
  },
  async clients(count) {
    return async () => {
      let delivered = 0
      for (let i = 0; i < count; i++) {
        const analytics = new Analytics({ writeKey: 'k', host })
        analytics.track(track)
        delivered += (await analytics.close()).delivered
      }
      return delivered
    }
  },
  // Open at the same time, each with something pending.
  async 'open clients'(count) {
    return async () => {
      const clients = Array.from({ length: count }, () => new Analytics({ writeKey: 'k', host }))
      for (const client of clients) client.track(track)
      let delivered = 0
      for (const client of clients) delivered += (await client.close()).delivered
      return delivered
    }
  },
}

const [kind, count] = process.argv.slice(2)
const heap = () => {
  for (let i = 0; i < 4; i++) globalThis.gc()
  return process.memoryUsage().heapUsed
}
const part = await work[kind](Number(count) / 4)
// The first quarter warms up: what compiles once, and the connection, are no leak.
let delivered = await part()
const before = heap()
for (let i = 0; i < 3; i++) delivered += await part()
const after = heap()
const listeners = ['SIGTERM', 'SIGINT', 'beforeExit', 'exit'].map((event) =>
  process.listenerCount(event),
)
console.log(JSON.stringify({ before, after, delivered, warnings, listeners }))
process.exit()
