// Which lane a message takes.

import { expect } from 'chai'
import fc from 'fast-check'
import { laneOf } from '../../lib/queue/lanes.js'

const text = (message: object): string => JSON.stringify(message)

describe('the lane of a message', () => {
  it('is the same for all messages of a user', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'binary' }),
        fc.jsonValue(),
        fc.jsonValue(),
        fc.integer({ min: 1, max: 256 }),
        (userId, before, properties, lanes) => {
          const bare = text({ type: 'track', userId })
          const full = text({ before, anonymousId: 'a', properties, userId, after: before })
          expect(laneOf(full, lanes))
            .to.equal(laneOf(bare, lanes))
            .and.to.be.within(0, lanes - 1)
        },
      ),
    )
  })

  it('is that of the anonymousId if there is no userId', () => {
    const lane = laneOf(text({ anonymousId: 'a-42' }), 256)
    const properties = { userId: 'u', text: '"userId":"x"', list: [{ userId: '}' }, '\\'] }
    expect(laneOf(text({ properties, anonymousId: 'a-42', context: {} }), 256)).to.equal(lane)
    expect(laneOf(text({ userId: null, anonymousId: 'a-42' }), 256)).to.equal(lane)
    expect(laneOf(text({ anonymousId: 'a-42', userId: 'u-42' }), 256)).not.to.equal(lane)
  })

  it('is spread evenly', () => {
    const counts = new Array<number>(8).fill(0)
    for (let user = 0; user < 8_000; user++) counts[laneOf(text({ userId: `user-${user}` }), 8)]!++
    expect(Math.min(...counts)).to.be.above(850)
  })
})
