// A token that lives for less than ten minutes is used for nine tenths of its life.

import { expect } from 'chai'
import { track, withOAuth } from './support/world.js'

describe('a token that lives for a minute', () => {
  it('is used until its last tenth, and then another one is asked for', () =>
    withOAuth(async ({ tokens, client }) => {
      tokens.life = 60
      const analytics = client()
      const began = performance.now()
      try {
        for (const [seconds, issued] of [
          [0, 1],
          [30, 1],
          [53, 1],
          // It was asked for after `began`, within the time of one request.
          [60, 2],
          [110, 2],
        ] as const) {
          performance.now = () => began + seconds * 1_000
          analytics.track(track)
          await analytics.flush()
          expect(tokens.issued, `after ${seconds} s`).to.have.lengthOf(issued)
        }
      } finally {
        Reflect.deleteProperty(performance, 'now')
      }
    }))
})
