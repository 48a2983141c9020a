// What an outbox does from time to time, while calls are made and batches go.

import { readdirSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { filesIn, openOutbox, withOutbox } from '../../support/outbox.js'

describe('an outbox that looks after its directory all the time', () => {
  it('never mistakes a settled file for one that was removed', () =>
    withOutbox(async ({ path }) => {
      const warnings: string[] = []
      const outbox = openOutbox(path, { claimInterval: 1 }, { warn: (text) => warnings.push(text) })
      for (let i = 0; i < 1_500; i++) {
        outbox.append('{"type":"track"}', undefined)
        if (i % 3 > 0) await nextTurn()
        const batch = await outbox.take()
        if (batch) outbox.settle(batch)
        if (i % 2 > 0) await nextTurn()
      }
      expect(outbox.count).to.equal(0)
      expect(warnings).to.deep.equal([])
      expect(filesIn(path)).to.deep.equal([])
      outbox.close?.()
      expect(readdirSync(path)).to.deep.equal([])
    }))
})
