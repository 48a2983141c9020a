// No answer at all: in a file of its own, because it takes twice the 10 s of httpRequestTimeout.

import { expectAllBut, scenario } from '../support/scenario.js'

describe('nothing is lost, and order is kept, with', () => {
  it('no answer at all, twice', () =>
    scenario(
      (collector) => collector.misbehave({ silence: true }, { silence: true }),
      ({ collector }) => expectAllBut(collector),
    )).timeout(60_000)
})
