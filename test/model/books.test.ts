// The books of clients, whatever is called, answered and done by users' code: 2,000 runs of the model. Many more, or one
// that failed: `npm run test:model -- --runs 50000`, with --seed, --path and --replay-path as they were printed.

import { expect } from 'chai'
import { Coverage } from './coverage.js'
import { leastHits } from './least-hits.js'
import { runModel } from './runs.js'

const seeds = [1, 2, 3, 4, 5]

const plans = [
  { outbox: 'memory', transport: 'memory', runs: 310 },
  { outbox: 'disk', transport: 'memory', runs: 70 },
  { outbox: 'memory', transport: 'http', runs: 20 },
] as const

describe('the books of a client hold', () => {
  const coverage = new Coverage()

  for (const plan of plans) {
    for (const seed of seeds) {
      it(`in ${plan.runs} runs, outbox: ${plan.outbox}, transport: ${plan.transport}, seed ${seed}`, async function () {
        this.timeout(180_000)
        await runModel({ ...plan, seed }, coverage)
      })
    }
  }

  it('and nothing that a run may do was left out', () => {
    expect(coverage.of('runs')).to.equal(2_000)
    expect(coverage.below(leastHits)).to.deep.equal([])
  })
})
