// What another user of the system has left in the directory: it is never sent, and never passed over in silence.

import { expect } from 'chai'
import { trackMany, withOutbox } from '../../support/outbox.js'
import { warningsOf } from '../../support/warnings.js'

/** Runs `work` as if this process belonged to another user, whatever user runs the tests. */
async function asAnotherUser(work: () => Promise<void>): Promise<number> {
  const { getuid } = process
  const uid = (getuid?.() ?? 0) + 1
  process.getuid = () => uid
  try {
    await work()
  } finally {
    process.getuid = getuid!
  }
  return uid
}

describe('messages that another user has left', () => {
  it('are not sent; a warning says once how to take them over', () =>
    withOutbox(async ({ collector, durable, path, batchFiles }) => {
      await collector.down()
      for (let client = 0; client < 2; client++) {
        const before = durable()
        trackMany(before, 10)
        await before.close({ timeout: 0 })
        const other = durable({ writeKey: 'key-b' })
        trackMany(other, 10)
        await other.close({ timeout: 0 })
      }
      await collector.up()
      const left = batchFiles()
      let uid = NaN
      const warnings = await warningsOf(async () => {
        uid = await asAnotherUser(async () => {
          const client = durable({}, { claimInterval: 1 })
          await client.flush()
          await new Promise((resolve) => setTimeout(resolve, 20))
          expect(await client.close()).to.deep.equal({ delivered: 0, failed: 0, pending: 0 })
        })
      })
      const texts = warnings.map(({ message }) => message)
      expect(texts.filter((text) => text.includes('another user'))).to.deep.equal([
        `the directory of the outbox has messages of another user (uid ${uid - 1}), which are not sent: run the application once more as that user, or give them to this one: chown -R ${uid} '${path}'`,
      ])
      expect(batchFiles()).to.deep.equal(left)
      expect(collector.messages).to.deep.equal([])
      // For their own user nothing has changed.
      expect(await durable().close()).to.include({ delivered: 20 })
    }))
})
