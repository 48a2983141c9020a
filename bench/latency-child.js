// 5,000 paced calls a second, each timed: node bench/latency-child.js selfsame|stringify SECONDS URL

import { setTimeout as pause } from 'node:timers/promises'
import { Analytics } from '../dist/index.js'
import { shapedMessage, trackCall } from './calls.js'
import { percentile } from './numbers.js'

const callsPerMillisecond = 5
const [name, seconds, url] = process.argv.slice(2)
const total = Number(seconds) * 1000 * callsPerMillisecond

const { prepare, send, end } = name === 'selfsame' ? selfsame() : stringify()
const took = new Float64Array(total)
let made = 0
const started = performance.now()
while (made < total) {
  await pause(1)
  const due = Math.min(total, Math.floor((performance.now() - started) * callsPerMillisecond))
  for (; made < due; made++) {
    const call = prepare(made)
    const before = performance.now()
    send(call)
    took[made] = performance.now() - before
  }
}
const rate = (total / (performance.now() - started)) * 1000
await end()

process.stdout.write(
  JSON.stringify({
    messages: total,
    rate,
    p50: percentile(took, 0.5),
    p99: percentile(took, 0.99),
    p999: percentile(took, 0.999),
    max: percentile(took, 1),
  }),
)

function selfsame() {
  const analytics = new Analytics({ writeKey: 'key', host: url })
  analytics.on('error', (error) => console.error('selfsame:', error))
  return {
    prepare: trackCall,
    send: (call) => analytics.track(call),
    end: () => analytics.close(),
  }
}

/** What the machine itself adds to so small a piece of work: its other processes, timers and collections. */
function stringify() {
  let texts = []
  return {
    prepare: shapedMessage,
    send(message) {
      texts.push(JSON.stringify(message))
      if (texts.length === 100) texts = []
    },
    end() {},
  }
}
