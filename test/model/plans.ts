// The runs that are part of every test run: five seeds each, the same every time.

import { expect } from 'chai'
import { Coverage } from './coverage.js'
import { runModel, type Plan } from './runs.js'

const seeds = [1, 2, 3, 4, 5]

/** Far more than the runs of a seed take, in milliseconds: a failure is made small until then. */
const timeLimit = 180_000

/** @param least what all of the runs must have done, and how often */
export function describePlans(
  plans: readonly Pick<Plan, 'outbox' | 'transport' | 'runs'>[],
  least: ReadonlyMap<string, number>,
): void {
  describe('the books of a client hold', () => {
    const coverage = new Coverage()

    for (const plan of plans) {
      for (const seed of seeds) {
        it(`in ${plan.runs} runs, outbox: ${plan.outbox}, transport: ${plan.transport}, seed ${seed}`, async function () {
          this.timeout(2 * timeLimit)
          await runModel({ ...plan, seed, timeLimit }, coverage)
        })
      }
    }

    it('and nothing that a run may do was left out', () => {
      const runs = plans.reduce((sum, plan) => sum + plan.runs, 0) * seeds.length
      expect(coverage.of('runs')).to.equal(runs)
      expect(coverage.below(least)).to.deep.equal([])
    })
  })
}
