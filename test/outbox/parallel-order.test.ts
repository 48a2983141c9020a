// With several requests in flight no order is promised, but what goes back into the queue takes its old place.

import { expect } from 'chai'
import type { Answer } from '@selfsame/collector'
import { withCollector } from '../support/clients.js'

interface Held {
  ids: string
  answer: (answer?: Answer) => void
}

describe('two batches that the server wants smaller, both in flight', () => {
  it('go back in the order of their calls, whichever was answered first', () =>
    withCollector(async ({ collector, client }) => {
      const held: Held[] = []
      let arrived: () => void = () => undefined
      collector.misbehave(
        ({ messages }) =>
          new Promise((answer) => {
            const ids = (messages as { messageId: string }[]).map(({ messageId }) => messageId)
            held.push({ ids: ids.join(' '), answer })
            arrived()
          }),
      )
      const request = async (number: number): Promise<Held> => {
        while (held.length < number) await new Promise<void>((resolve) => (arrived = resolve))
        return held[number - 1]!
      }
      const analytics = client({ flushAt: 2, maxBatchSize: 2, maxInFlight: 2 })
      for (const messageId of ['a1', 'a2', 'b1', 'b2'])
        analytics.track({ userId: 'u', event: 'E', messageId })
      const [first, second] = [await request(1), await request(2)]
      first.answer({ status: 413 })
      const half = await request(3)
      // Now a2 waits. What comes back after it must not overtake it.
      second.answer({ status: 413 })
      for (const number of [4, 5, 6]) (await request(number)).answer()
      half.answer()
      expect(await analytics.flush()).to.deep.equal({ delivered: 4, failed: 0, pending: 0 })
      expect(held.map(({ ids }) => ids)).to.deep.equal(['a1 a2', 'b1 b2', 'a1', 'a2', 'b1', 'b2'])
    }))
})
