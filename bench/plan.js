// What a plan costs a call: without one, with types alone, and with zod, beside what zod costs by itself.
// node bench/plan.js, after npm run build

import { Analytics } from '../dist/index.js'
import { definePlan, typed } from '../dist/plan.js'
import { z } from 'zod'
import { trackCall } from './calls.js'

const rounds = 120
const calls = 2_000
const schema = z.object({
  n: z.number(),
  order_id: z.string(),
  total: z.number(),
  currency: z.string(),
  coupon: z.string(),
  product_id: z.string(),
  url: z.string(),
})

/** A client whose messages go nowhere. */
function client(plan) {
  return new Analytics({
    writeKey: 'k',
    httpClient: () => Promise.resolve({ status: 200 }),
    flushOnExit: false,
    plan,
  })
}

const event = 'Order Completed'
const clients = {
  'no plan': client(undefined),
  'typed<T>()': client(definePlan({ events: { [event]: typed() } })),
  zod: client(definePlan({ events: { [event]: schema } })),
}
const contestants = {
  ...Object.fromEntries(
    Object.entries(clients).map(([name, analytics]) => [name, (call) => analytics.track(call)]),
  ),
  'zod by itself': (call) => schema['~standard'].validate(call.properties),
}

const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
const inputs = Array.from({ length: calls }, (_, n) => trackCall(n))
for (let round = 0; round < rounds; round++) {
  const names = Object.keys(contestants)
  // Another one begins each round.
  for (const name of [
    ...names.slice(round % names.length),
    ...names.slice(0, round % names.length),
  ]) {
    const call = contestants[name]
    // Of the processor: on a busy machine the clock counts what others do.
    const before = process.cpuUsage()
    for (const input of inputs) call(input)
    const { user, system } = process.cpuUsage(before)
    times[name].push(user + system)
    await Promise.all(Object.values(clients).map((analytics) => analytics.flush()))
  }
}

for (const [name, all] of Object.entries(times)) {
  const sorted = all.sort((a, b) => a - b)
  const ns = (microseconds) => Math.round((microseconds * 1e3) / calls)
  console.log(
    `${name.padEnd(14)} ${ns(sorted[Math.floor(rounds / 2)])} ns a call (least ${ns(sorted[0])})`,
  )
}
await Promise.all(Object.values(clients).map((analytics) => analytics.close()))
