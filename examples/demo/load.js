// As many events as the process can make; a call that returns false is asked to wait for 'drain'.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { line } from './print.js'

const count = 100_000

export async function load(analytics, collector) {
  const before = { accepted: collector.accepted, requests: analytics.stats().requests }
  const started = performance.now()
  for (let i = 0; i < count; i++) {
    const goOn = analytics.track({
      userId: `user-${i}`,
      event: 'Order Completed',
      properties: { orderId: `order-${i}`, total: 99.5, currency: 'USD', items: 3 },
    })
    if (!goOn) await new Promise((resolve) => analytics.once('drain', resolve))
    else if (i % 100 === 99) await nextTurn()
  }
  await analytics.flush()
  const seconds = (performance.now() - started) / 1000
  const requests = analytics.stats().requests - before.requests
  line(
    `${collector.accepted - before.accepted} arrived in ${seconds.toFixed(2)} s: ${Math.round(count / seconds)} a second, in ${requests} requests`,
  )
  line('(the collector runs in the same process, and parses and keeps every one)')
}
