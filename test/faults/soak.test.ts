// A short soak with a fixed seed: `npm run soak` is the long one (docs/guarantees.md).

import { expect } from 'chai'
import { Random } from './soak/random.js'
import { scenarios } from './soak/scenarios.js'
import type { Totals } from './soak/totals.js'

/** Runs a scenario, which throws where something is lost, changed, out of order or sent by two processes. */
const soak = ({ run }: { run: typeof scenarios.kill.run }, size: number): Promise<Totals> =>
  run(new Random('npm test'), size)

describe('an outbox in a directory loses nothing, changes nothing and keeps the order', () => {
  it('in 15 rounds of calls, kill -9 and restart', async () => {
    const totals = await soak(scenarios.kill, 15)
    expect(totals.rounds).to.equal(15)
    expect(totals.delivered).to.be.above(100)
  })

  it('with eight processes, of which four are killed and one is stopped', async () => {
    const totals = await soak(scenarios.crowd, 1)
    expect(totals.clients).to.equal(9)
    expect(totals.faults.get('kill -9')).to.equal(4)
    expect(totals.faults.get('SIGSTOP')).to.equal(1)
    expect(totals.delivered).to.equal(totals.calls)
  })

  it('while everything happens at once', async () => {
    const totals = await soak(scenarios.storm, 8)
    expect(totals.delivered).to.be.above(100)
  })

  it('while the endpoint is away for an hour, and the memory stays flat', async () => {
    const totals = await soak(scenarios.outage, 100_000)
    expect(totals.delivered).to.equal(100_000)
  })
}).timeout(120_000)
