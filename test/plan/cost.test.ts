// A large plan: a client is made at once.

import { expect } from 'chai'
import * as v from 'valibot'
import { z } from 'zod'
import { Analytics } from '../../lib/index.js'
import { definePlan, jsonSchema, typed, type AnySchema, type Plan } from '../../lib/plan/index.js'

/** Milliseconds, the least of several: other tests run at the same time. */
function leastTime(work: () => void): number {
  const times = Array.from({ length: 10 }, () => {
    const started = performance.now()
    work()
    return performance.now() - started
  })
  return Math.min(...times)
}

function planOf(schema: (index: number) => AnySchema): Plan {
  const names = Array.from({ length: 1_000 }, (_, index) => `Event ${index}`)
  return definePlan({
    events: Object.fromEntries(names.map((name, index) => [name, schema(index)])),
  })
}

describe('a client with a plan of 1,000 events', () => {
  for (const [library, schema] of Object.entries({
    typed: () => typed(),
    zod: () => z.object({ revenue: z.number(), coupon: z.string().optional(), note: z.string() }),
    jsonSchema: () => jsonSchema({ type: 'object', properties: { revenue: { type: 'number' } } }),
    valibot: () => v.object({ revenue: v.number(), coupon: v.optional(v.string()) }),
  })) {
    it(`is made within 5 ms, by ${library}`, () => {
      const plan = planOf(schema)
      const options = { writeKey: 'k', flushOnExit: false }
      const without = leastTime(() => new Analytics(options))
      const time = leastTime(() => new Analytics({ ...options, plan }))
      expect(time, `${time.toFixed(2)} ms, without a plan ${without.toFixed(2)} ms`).to.be.below(5)
    })
  }
})
