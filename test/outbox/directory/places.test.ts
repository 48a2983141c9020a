// Calls that are made while what others have left is taken over: each message has a place of its own, by which files
// are told apart and flushes counted.

import { expect } from 'chai'
import { openOutbox, trackMany, withOutbox } from '../../support/outbox.js'

describe('calls around the moment when what another client has left is taken over', () => {
  it('have places of their own', () =>
    withOutbox(async ({ collector, durable, path }) => {
      await collector.down()
      const before = durable({ maxBatchSize: 5 })
      trackMany(before, 23)
      await before.close({ timeout: 0 })

      const outbox = openOutbox(path)
      const append = (): unknown => outbox.append('{"type":"track"}', undefined)
      // Before, while files are looked for and read, and after.
      append()
      let isOpen = false
      const opened = outbox.open?.().then(() => (isOpen = true))
      while (!(isOpen as boolean)) {
        append()
        await new Promise((resolve) => setImmediate(resolve))
      }
      await opened
      append()

      const places = new Set<number>()
      for (;;) {
        const batch = await outbox.take()
        if (!batch) break
        for (let i = 0; i < batch.count; i++) places.add(batch.sequence + i)
      }
      expect(places.size).to.equal(outbox.count)
      expect(Math.max(...places)).to.be.below(outbox.nextSequence)
      outbox.close?.()
    }))
})
