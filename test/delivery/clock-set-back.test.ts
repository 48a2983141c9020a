// The clock of the machine is set back while messages wait for flushInterval.

import { expect } from 'chai'
import type { Answer } from '@selfsame/collector'
import { withCollector } from '../support/clients.js'

const hour = 3_600_000

describe('flushInterval, if the clock is set back', () => {
  it('is no longer than before for a message that waits already', () =>
    withCollector(async ({ collector, client }) => {
      const firstRequest = new Promise<(answer?: Answer) => void>((resolve) => {
        collector.misbehave(({ n }) =>
          n === 1 ? new Promise((answer) => resolve(answer)) : undefined,
        )
      })
      const analytics = client({ flushAt: 2, flushInterval: 200 })
      for (const event of ['A', 'B']) analytics.track({ userId: 'u', event })
      const answer = await firstRequest
      // The interval of C begins when that request has ended.
      analytics.track({ userId: 'u', event: 'C' })
      const { now } = Date
      try {
        Date.now = () => now() - hour
        answer()
        expect(await collector.waitFor(3, { timeout: 5_000 })).to.have.lengthOf(3)
      } finally {
        Date.now = now
      }
    }))
})
