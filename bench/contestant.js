// One contestant's round, in a process of its own: node bench/contestant.js NAME MESSAGES URL

import { setImmediate as nextTurn } from 'node:timers/promises'

const flushAt = 100
const [name, count, url] = process.argv.slice(2)
const messages = Number(count)

const { prepare, start } = await import(`./contestants/${name}.js`)
const contestant = start({ url, flushAt, messages })
const { send } = contestant

const started = performance.now()
const cpuBefore = cpu()
let inCalls = 0
for (let first = 0; first < messages; first += 100) {
  // The caller's objects are the caller's cost: they are made outside the time of the calls.
  const calls = Array.from({ length: Math.min(100, messages - first) }, (_, n) =>
    prepare(first + n),
  )
  const before = performance.now()
  for (const call of calls) send(call)
  inCalls += performance.now() - before
  await nextTurn()
}
await contestant.delivered()

const result = {
  wall: performance.now() - started,
  cpu: cpu(),
  startup: cpuBefore,
  inCalls,
  peak: process.resourceUsage().maxRSS / 1024,
}
await contestant.close()
process.stdout.write(JSON.stringify(result))

/** User and system time of the whole process since its start, in milliseconds. */
function cpu() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
