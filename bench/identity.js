// What it costs to read who the browser says it is: nanoseconds a read, for cookie headers as servers get them.
// Ends with 1 where the typical one misses its target.
import { readFileSync } from 'node:fs'
import { posthog, readIdentity, rudderstack } from '../dist/index.js'
import { others, typical } from './cookies.js'
import { median } from './numbers.js'

const TARGET = 5_000

const captures = JSON.parse(
  readFileSync(
    new URL('../test/browser-ids/fixtures/browser-cookies.json', import.meta.url),
    'utf8',
  ),
)
const captured = (sdk) =>
  captures.find((each) => each.sdk === sdk && each.scenario.includes('group(')).cookieHeader

const request = { headers: { host: 'app.example.test', cookie: typical } }

const cases = [
  [`Segment, a header of ${typical.length} bytes`, () => readIdentity(request)],
  ['Segment, no ids among the cookies', () => readIdentity(others.join('; '))],
  ['no Cookie header', () => readIdentity({ headers: { host: 'app.example.test' } })],
  ...[
    ['RudderStack v3', '@rudderstack/analytics-js', rudderstack()],
    ['RudderStack, legacy encryption', 'rudder-sdk-js', rudderstack()],
    ['PostHog', 'posthog-js', posthog()],
  ].map(([name, sdk, reader]) => {
    const header = `${typical}; ${captured(sdk)}`
    const options = { sdks: [reader] }
    return [`${name}, ${header.length} bytes`, () => readIdentity(header, options)]
  }),
]

const ROUNDS = 15
const ROUND_MS = 60

/** The median of several rounds: one is at the mercy of whatever else the machine does. */
function measure(read) {
  const costs = []
  for (let round = 0; round < ROUNDS; round++) {
    let reads = 0
    const start = performance.now()
    while (performance.now() - start < ROUND_MS) {
      for (let i = 0; i < 100; i++) read()
      reads += 100
    }
    costs.push(((performance.now() - start) * 1e6) / reads)
  }
  return median(costs)
}

console.log(`target for the first: under ${TARGET} ns\n`)
const costs = cases.map(([name, read]) => {
  const cost = measure(read)
  console.log(`${cost.toFixed(0).padStart(8)} ns  ${name}`)
  return cost
})
process.exitCode = costs[0] < TARGET ? 0 : 1
