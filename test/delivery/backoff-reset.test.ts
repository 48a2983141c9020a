// When the backoff between retries starts again from its shortest, and when it may be long again.

import { expect } from 'chai'
import { withCollector } from '../support/clients.js'

const track = { userId: 'u', event: 'E' }

/** Waits are a random share of their longest: none until `isLong`, then nearly all of it. */
async function withWaits(isLong: () => boolean, work: () => Promise<void>): Promise<void> {
  const { random } = Math
  Math.random = () => (isLong() ? 0.999 : 0)
  try {
    await work()
  } finally {
    Math.random = random
  }
}

describe('the backoff', () => {
  it('starts again from half a second after a wait that the server has asked for', () =>
    withCollector(async ({ collector, client }) => {
      const broken = { status: 500 }
      collector.misbehave(broken, broken, broken, broken, { retryAfter: 1 }, broken)
      await withWaits(
        () => collector.requests.length >= 6,
        async () => {
          const analytics = client()
          analytics.track(track)
          expect(await analytics.flush()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
        },
      )
      const [sixth, seventh] = collector.requests.slice(5)
      // Counted on from the four failures before, it would be 8 s.
      expect(seventh!.at - sixth!.at).to.be.within(400, 4_000)
    }))

  it('is as long as ever after a delivery that close() has hurried', () =>
    withCollector(async ({ collector, client }) => {
      const broken = { status: 500 }
      // The first message is delivered by the second try, the second one by the fourth.
      collector.misbehave(broken, {}, broken, broken, broken)
      await withWaits(
        () => collector.requests.length >= 5,
        async () => {
          const analytics = client({ maxBatchSize: 1 })
          analytics.track(track)
          analytics.track(track)
          expect(await analytics.close()).to.deep.equal({ delivered: 2, failed: 0, pending: 0 })
        },
      )
      const [fifth, sixth] = collector.requests.slice(4)
      // After a third failure up to 2 s, and 0.5 s if it is hurried.
      expect(sixth!.at - fifth!.at).to.be.at.least(1_900)
    }))
})
