// Calls that are made while what others have left is taken over: each message has a place of its own, by which files
// are told apart and flushes counted.

import { expect } from 'chai'
import type { Outbox } from '../../../lib/outbox/outbox.js'
import { openOutbox, withOutbox } from '../../support/outbox.js'

describe('calls around the moment when what another client has left is taken over', () => {
  it('have places of their own even after a message that was refused', () =>
    withOutbox(async ({ path }) => {
      const append = (to: Outbox, text = '{"type":"track"}'): string => to.append(text, undefined)
      const before = openOutbox(path)
      for (let i = 0; i < 5; i++) append(before)
      before.close?.()
      const outbox = openOutbox(path)
      // Too large only once it is UTF-8: a batch has begun for it.
      expect(append(outbox, `"${'é'.repeat(20_000)}"`)).to.equal('too_large')
      await outbox.open?.()
      append(outbox)
      const places: number[] = []
      for (let batch = await outbox.take(); batch; batch = await outbox.take()) {
        for (let i = 0; i < batch.count; i++) places.push(batch.sequence + i)
      }
      expect(places).to.deep.equal([0, 1, 2, 3, 4, 5])
    }))

  it('have places of their own', () =>
    withOutbox(async ({ path }) => {
      const append = (to: Outbox): unknown => to.append('{"type":"track"}', undefined)
      const before = openOutbox(path)
      for (let i = 0; i < 23; i++) append(before)
      before.close?.()

      const outbox = openOutbox(path)
      // Before, while files are looked for and read, and after.
      append(outbox)
      let isOpen = false
      const opened = outbox.open?.().then(() => (isOpen = true))
      while (!(isOpen as boolean)) {
        append(outbox)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await opened
      append(outbox)

      expect(outbox.count).to.be.above(23)
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
