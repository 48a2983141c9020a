// For any message that is JSON, what the collector parsed is what JSON.parse(JSON.stringify(message)) gives.

import { expect } from 'chai'
import fc from 'fast-check'
import { withCollector } from '../support/clients.js'

const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))
const id = fc.oneof(fc.string({ minLength: 1 }), fc.string({ unit: 'grapheme', minLength: 1 }))

const track = fc.record(
  {
    userId: id,
    event: fc.string({ unit: 'binary', minLength: 1 }),
    anonymousId: id,
    properties: object,
    context: object,
    integrations: object,
  },
  { requiredKeys: ['userId', 'event', 'properties'] },
)

describe('any message that is JSON', () => {
  it('arrives as JSON.parse(JSON.stringify(message))', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      await fc.assert(
        fc.asyncProperty(fc.array(track, { minLength: 1, maxLength: 20 }), async (calls) => {
          collector.clear()
          for (const call of calls) analytics.track(call as never)
          const { failed } = await analytics.flush()
          expect(failed).to.equal(0)
          const parsed = calls.map(
            (call) => JSON.parse(JSON.stringify(call)) as Record<string, unknown>,
          )
          for (const [index, call] of parsed.entries()) {
            const arrived = collector.messages[index]!
            for (const [key, value] of Object.entries(call)) {
              const expected =
                key === 'context'
                  ? { library: arrived.context!.library, ...(value as object) }
                  : value
              // Stable texts: chai's deep equality would take an own __proto__ for a prototype.
              expect(sorted(arrived[key])).to.equal(sorted(expected))
            }
          }
        }),
        { numRuns: 150 },
      )
    })).timeout(60_000)
})

/** JSON with its keys sorted, __proto__ among them. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${sorted(each)}`).join(',')}}`
}
