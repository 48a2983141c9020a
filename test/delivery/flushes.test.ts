// Who waits for what, where a batch comes back that was put aside.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { FlushWaiters } from '../../lib/delivery/flush-waiters.js'

describe('a flush during which a batch is put aside', () => {
  it('does not count it twice when it is delivered after all', async () => {
    const flushes = new FlushWaiters()
    let isSettled = false
    const end = flushes.wait(2, 2, undefined).then((settled) => (isSettled = settled))
    flushes.exclude({ sequence: 0, count: 1 })
    flushes.settle({ sequence: 0, count: 1 })
    await nextTurn()
    expect(isSettled).to.equal(false)
    flushes.settle({ sequence: 1, count: 1 })
    expect(await end).to.equal(true)
  })
})
