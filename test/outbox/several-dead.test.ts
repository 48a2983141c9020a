// Several clients have left messages in one directory: who takes them over, and in which order they are delivered.

import { expect } from 'chai'
import { once } from 'node:events'
import { trackMany, withOutbox } from '../support/outbox.js'

/** Resolves in another millisecond: two clients of the same one have no age by which to order them. */
async function anotherMillisecond(): Promise<void> {
  const now = Date.now()
  while (Date.now() === now) await new Promise(setImmediate)
}

describe('what several clients have left in a directory', () => {
  it('is delivered oldest client first, whichever was closed first', () =>
    withOutbox(async ({ collector, durable }) => {
      await collector.down()
      const clients = []
      for (let i = 0; i < 6; i++) {
        await anotherMillisecond()
        const client = durable()
        trackMany(client, 2, i * 2)
        clients.push(client)
      }
      for (const i of [3, 0, 5, 1, 4, 2]) await clients[i]?.close({ timeout: 0 })
      await collector.up()
      const next = durable({ maxBatchSize: 2 })
      await next.close()
      const ids = collector.messages.map(({ messageId }) => messageId)
      expect(ids).to.deep.equal(Array.from({ length: 12 }, (_, i) => `m${i}`))
    }))
})

describe('what a client of another user of the machine has left', () => {
  it('is not sent, and waits for that user', () =>
    withOutbox(async ({ collector, durable }) => {
      await collector.down()
      const theirs = durable()
      trackMany(theirs, 3)
      await theirs.close({ timeout: 0 })
      await collector.up()

      const { getuid } = process
      process.getuid = () => (getuid?.() ?? 0) + 1
      try {
        const ours = durable()
        ours.track({ userId: 'u', event: 'E', messageId: 'ours' })
        await ours.close()
      } finally {
        process.getuid = getuid as () => number
      }
      expect(collector.messages.map(({ messageId }) => messageId)).to.deep.equal(['ours'])

      const next = durable()
      const delivered = once(next, 'drained')
      await next.flush()
      await delivered
      expect(collector.accepted).to.equal(4)
    }))
})
