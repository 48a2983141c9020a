// 300,000 calls against an endpoint that never answers, until it does. Prints what it saw as JSON.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Analytics } from 'selfsame'

// The endpoint is in this process: its memory counts too, so it keeps none.
let answering = false
let received = 0
const silent = []
const server = createServer((request, response) => {
  let text = ''
  request.setEncoding('utf8').on('data', (chunk) => {
    // Counted by the marker, which may be cut in two.
    text = text.slice(-6) + chunk
    if (answering) received += chunk.split('"n":').length - 1
  })
  request.on('end', () => {
    if (answering) response.end('{"success":true}')
    else silent.push(response)
  })
}).listen(0, '127.0.0.1')
await once(server, 'listening')

const analytics = new Analytics({
  writeKey: 'k',
  host: `http://127.0.0.1:${server.address().port}`,
  httpRequestTimeout: 2_000,
})
let reported = 0
analytics.on('error', ({ code, messages }) => {
  if (code === 'queue_full') reported += messages.length
})

let peak = 0
const before = process.memoryUsage().rss
for (let n = 0; n < 300_000; n++) {
  analytics.track({
    userId: `user-${n}`,
    event: 'Order Completed',
    properties: { n, text: 'x'.repeat(250) },
  })
  if (n % 100 === 99) {
    await nextTurn()
    if (n % 1_000 === 999) peak = Math.max(peak, process.memoryUsage().rss)
  }
}
const full = analytics.stats()
answering = true
for (const response of silent) response.destroy()
await analytics.flush()
console.log(JSON.stringify({ before, peak, full, reported, stats: analytics.stats(), received }))
process.exit()
