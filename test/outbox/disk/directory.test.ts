// The outbox in a directory, as a client uses it.

import { readFileSync, readdirSync, statSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { Analytics, directory } from '../../../lib/index.js'
import { checkBooks } from '../../support/clients.js'
import { idsFrom, trackMany, withOutbox } from '../../support/outbox.js'
import { warningsOf } from '../../support/warnings.js'

describe('a call with an outbox in a directory', () => {
  it('has its message in a file when it returns', () =>
    withOutbox(async ({ collector, durable, batchFiles }) => {
      await collector.down()
      const analytics = durable()
      for (let i = 0; i < 3; i++) {
        analytics.track({ userId: 'u', event: 'E', messageId: `m${i}` })
        const [file = ''] = batchFiles()
        const { batch } = JSON.parse(`${readFileSync(file, 'utf8')}]}`) as { batch: object[] }
        expect(batch).to.have.lengthOf(i + 1)
        expect(batch[i]).to.include({ type: 'track', event: 'E', messageId: `m${i}` })
      }
    }))

  it('leaves nothing behind when everything is delivered and the client closed', () =>
    withOutbox(async ({ collector, durable, path, errors }) => {
      const analytics = durable()
      trackMany(analytics, 5_000)
      expect(await analytics.close()).to.deep.equal({ delivered: 5_000, failed: 0, pending: 0 })
      expect(collector.messages.map(({ messageId }) => messageId)).to.deep.equal(idsFrom(0, 5_000))
      expect(readdirSync(path)).to.deep.equal([])
      expect(errors).to.deep.equal([])
    }))

  it('has no write key in its files, which are its owner’s alone', () =>
    withOutbox(async ({ collector, durable, batchFiles, path }) => {
      await collector.down()
      trackMany(durable({ writeKey: 'a-very-secret-key' }), 10)
      const [file = ''] = batchFiles()
      expect(readFileSync(file, 'utf8')).not.to.include('secret')
      expect(statSync(file).mode & 0o777).to.equal(0o600)
      expect(statSync(dirname(file)).mode & 0o777).to.equal(0o700)
      expect(statSync(path).mode & 0o777).to.equal(0o700)
    }))
})

describe('what a closed client has left', () => {
  it('goes first, with its messageIds and timestamps, before the calls of the next one', () =>
    withOutbox(async ({ collector, durable, batchFiles, errors }) => {
      await collector.down()
      const before = durable()
      trackMany(before, 5_000)
      const left = await before.close({ timeout: 50 })
      expect(left).to.deep.equal({ delivered: 0, failed: 0, pending: 5_000 })
      checkBooks(before)
      expect(batchFiles()).to.have.length.greaterThan(1)
      const written = JSON.parse(`${readFileSync(batchFiles()[0] ?? '', 'utf8')}]}`) as {
        batch: object[]
      }

      await collector.up()
      const after = durable()
      trackMany(after, 10, 5_000)
      expect(await after.flush()).to.deep.equal({ delivered: 5_010, failed: 0, pending: 0 })
      expect(after.stats().enqueued).to.equal(5_010)
      checkBooks(after)
      expect(collector.messages.map(({ messageId }) => messageId)).to.deep.equal(idsFrom(0, 5_010))
      const first = collector.messages[0] as unknown as { originalTimestamp?: string }
      expect(first).to.include({ messageId: 'm0' })
      expect(JSON.stringify(first)).to.include(
        (written.batch[0] as { timestamp: string }).timestamp,
      )
      expect(errors).to.deep.equal([])
    }))

  it('is delivered by a client that makes no calls, when that is flushed or closed', () =>
    withOutbox(async ({ collector, durable }) => {
      for (const end of ['flush', 'close'] as const) {
        await collector.down()
        const before = durable()
        trackMany(before, 10)
        await before.close({ timeout: 10 })
        await collector.up()
        const counts = await durable()[end]()
        expect(counts).to.deep.equal({ delivered: 10, failed: 0, pending: 0 })
      }
    }))

  it('is taken by exactly one of several', () =>
    withOutbox(async ({ collector, durable }) => {
      await collector.down()
      const before = durable()
      trackMany(before, 3_000)
      await before.close({ timeout: 10 })
      await collector.up()
      const clients = Array.from({ length: 10 }, () => durable())
      const counts = await Promise.all(clients.map((client) => client.close()))
      expect(counts.reduce((sum, { delivered }) => sum + delivered, 0)).to.equal(3_000)
      expect(collector.accepted).to.equal(3_000)
    }))

  it('is not delivered by a client of another write key, which says so', () =>
    withOutbox(async ({ collector, durable }) => {
      await collector.down()
      const before = durable({ writeKey: 'key-a' })
      trackMany(before, 10)
      await before.close({ timeout: 10 })
      await collector.up()
      const warnings = await warningsOf(async () => {
        const other = durable({ writeKey: 'key-b' })
        trackMany(other, 1, 10)
        expect(await other.close()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
      })
      expect(warnings.map(({ message }) => message)).to.deep.equal([
        'the directory of the outbox has messages for another write key: a client with that key will deliver them',
      ])
      expect(await durable({ writeKey: 'key-a' }).close()).to.include({ delivered: 10 })
    }))

  it('is never taken from a client that lives', () =>
    withOutbox(async ({ collector, durable }) => {
      await collector.down()
      const one = durable()
      trackMany(one, 100)
      const other = durable()
      expect(await other.close()).to.deep.equal({ delivered: 0, failed: 0, pending: 0 })
      expect(one.stats().pending).to.equal(100)
      await collector.up()
      expect(await one.close()).to.include({ delivered: 100 })
      expect(collector.accepted).to.equal(100)
    }))
})

describe('close() with an outbox in a directory', () => {
  it('ends every flush, for what is left is for the next process to deliver', () =>
    withOutbox(async ({ collector, durable }) => {
      await collector.down()
      const analytics = durable()
      trackMany(analytics, 3)
      const before = analytics.flush()
      const left = { delivered: 0, failed: 0, pending: 3 }
      expect(await analytics.close({ timeout: 10 })).to.deep.equal(left)
      expect(await before).to.deep.equal(left)
      expect(await analytics.flush()).to.deep.equal(left)
    }))

  it('called twice, leaves no timer that holds the process open', () =>
    withOutbox(async ({ collector, durable }) => {
      await collector.down()
      const analytics = durable()
      trackMany(analytics, 3)
      const timers = (): number =>
        process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
      const before = timers()
      await Promise.all([analytics.close({ timeout: 10 }), analytics.close()])
      await analytics.close()
      expect(timers()).to.equal(before)
    }))
})

describe('a batch that the server never takes', () => {
  it('is put aside after maxRetries, the others are sent, and the next process has it', () =>
    withOutbox(async ({ collector, durable, batchFiles, errors }) => {
      collector.misbehave(({ n }) => (n === 1 ? { status: 500 } : undefined))
      const analytics = durable({ maxRetries: 0 })
      trackMany(analytics, 1)
      const warnings = await warningsOf(async () => {
        expect(await analytics.flush()).to.deep.equal({ delivered: 0, failed: 0, pending: 1 })
      })
      expect(warnings.map(({ code }) => code)).to.deep.equal(['SELFSAME_STRUGGLING'])
      trackMany(analytics, 5, 1)
      expect(await analytics.flush()).to.deep.equal({ delivered: 5, failed: 0, pending: 1 })
      expect(batchFiles()).to.have.lengthOf(1)
      await analytics.close()
      expect(await durable().close()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
      expect(errors).to.deep.equal([])
    }))

  it('is not failed by maxRetryDuration', () =>
    withOutbox(async ({ collector, durable, errors }) => {
      collector.misbehave(({ n }) => (n <= 2 ? { status: 503 } : undefined))
      const analytics = durable({ maxRetryDuration: 0 })
      trackMany(analytics, 1)
      expect(await analytics.close()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
      expect(errors).to.deep.equal([])
    }))

  it('is refused and reported as from memory', () =>
    withOutbox(async ({ collector, durable, batchFiles, errors }) => {
      collector.misbehave({ status: 401 })
      const analytics = durable()
      trackMany(analytics, 3)
      expect(await analytics.flush()).to.deep.equal({ delivered: 0, failed: 3, pending: 0 })
      expect(errors.map(({ code, messages }) => [code, messages.length])).to.deep.equal([
        ['rejected', 3],
      ])
      expect(batchFiles()).to.deep.equal([])
    }))

  it('is split down to the message at fault; its file goes with the last of them', () =>
    withOutbox(async ({ collector, durable, batchFiles, errors }) => {
      collector.misbehave((request) =>
        JSON.stringify(request).includes('"m7"') ? { status: 400 } : undefined,
      )
      const analytics = durable()
      trackMany(analytics, 20)
      expect(await analytics.flush()).to.deep.equal({ delivered: 19, failed: 1, pending: 0 })
      expect(errors[0]?.messages).to.have.lengthOf(1)
      expect(batchFiles()).to.deep.equal([])
    }))
})

describe('a message that is too old', () => {
  it('fails as expired, with what it was', () =>
    withOutbox(async ({ collector, durable, errors, batchFiles }) => {
      await collector.down()
      const before = durable()
      trackMany(before, 3)
      await before.close({ timeout: 10 })
      await collector.up()
      await new Promise((resolve) => setTimeout(resolve, 20))
      const after = durable({}, { maxAge: 10 })
      expect(await after.flush()).to.deep.equal({ delivered: 0, failed: 3, pending: 0 })
      expect(errors.map(({ code, messages }) => [code, messages.length])).to.deep.equal([
        ['expired', 3],
      ])
      expect(batchFiles()).to.deep.equal([])
      checkBooks(after)
    }))
})

describe('a message that was written while the clock was not set', () => {
  const withClockAt = async (time: number, work: () => unknown): Promise<void> => {
    const { now } = Date
    Date.now = () => time
    try {
      await work()
    } finally {
      Date.now = now
    }
  }

  it('does not expire, neither in its own process nor in the next', () =>
    withOutbox(async ({ collector, durable, errors }) => {
      for (const isSame of [true, false]) {
        await collector.down()
        const before = durable({}, { maxAge: 60_000 })
        await withClockAt(Date.UTC(1970, 0, 1, 0, 0, 9), () => trackMany(before, 3))
        if (!isSame) await before.close({ timeout: 0 })
        await collector.up()
        const client = isSame ? before : durable({}, { maxAge: 60_000 })
        expect(await client.close()).to.deep.equal({ delivered: 3, failed: 0, pending: 0 })
      }
      expect(errors).to.deep.equal([])
    }))

  it('expires if the time was plausible', () =>
    withOutbox(async ({ collector, durable }) => {
      await collector.down()
      const before = durable({}, { maxAge: Infinity })
      await withClockAt(Date.UTC(2001, 0, 1), () => trackMany(before, 3))
      await before.close({ timeout: 0 })
      await collector.up()
      expect(await durable().close()).to.deep.equal({ delivered: 0, failed: 3, pending: 0 })
    }))
})

describe('maxQueueBytes of an outbox in a directory', () => {
  it('refuses what is new, and what was accepted stays', () =>
    withOutbox(async ({ collector, durable, errors }) => {
      await collector.down()
      const analytics = durable({ maxQueueBytes: 100_000, maxBatchBytes: 20_000 })
      trackMany(analytics, 1_000)
      const { pending, failedByCode } = analytics.stats()
      expect(pending).to.be.within(200, 999)
      expect(failedByCode).to.deep.equal({ queue_full: 1_000 - pending })
      checkBooks(analytics)
      await analytics.close({ timeout: 10 })
      expect(errors.every(({ code }) => code === 'queue_full')).to.equal(true)
      await collector.up()
      expect(await durable().close()).to.deep.equal({ delivered: pending, failed: 0, pending: 0 })
      expect(collector.messages.map(({ messageId }) => messageId)).to.deep.equal(
        idsFrom(0, pending),
      )
    }))

  it('counts what other clients have there', () =>
    withOutbox(async ({ collector, durable }) => {
      await collector.down()
      const limits = { maxQueueBytes: 50_000, maxBatchBytes: 20_000 }
      trackMany(durable(limits), 1_000)
      const other = durable(limits)
      // Nothing of its own is pending: it waits for the search alone.
      await other.flush()
      trackMany(other, 1)
      expect(other.stats().failedByCode).to.deep.equal({ queue_full: 1 })
    }))

  it('drops nothing of its own if others fill the directory', () =>
    withOutbox(async ({ collector, durable }) => {
      await collector.down()
      const mine = durable(
        { maxQueueBytes: 200_000, maxBatchBytes: 2_048, overflow: 'drop-oldest' },
        { claimInterval: 10 },
      )
      trackMany(mine, 60)
      trackMany(durable({ maxBatchBytes: 20_000 }), 1_000)
      while (mine.stats().failed === 0) {
        trackMany(mine, 1)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      // The one that was refused; whatever was accepted is there.
      expect(mine.stats()).to.include({ failed: 1 })
      checkBooks(mine)
    }))

  it('drops the oldest batch with drop-oldest, and reports its messages', () =>
    withOutbox(async ({ collector, durable, errors }) => {
      await collector.down()
      const analytics = durable({
        maxQueueBytes: 6_000_000,
        maxBatchBytes: 400_000,
        overflow: 'drop-oldest',
      })
      for (let i = 0; i < 600; i++) {
        analytics.track({
          userId: 'u',
          event: 'E',
          messageId: `m${i}`,
          properties: { x: 'x'.repeat(20_000) },
        })
      }
      checkBooks(analytics)
      const { pending } = await analytics.close({ timeout: 10 })
      const dropped = errors.flatMap(({ messages }) => messages.map(({ messageId }) => messageId))
      await collector.up()
      await durable().close()
      const delivered = collector.messages.map(({ messageId }) => messageId)
      expect(delivered).to.have.lengthOf(pending)
      // The first batch is being sent, and cannot be dropped.
      expect([...dropped, ...delivered].sort()).to.deep.equal(idsFrom(0, 600).sort())
      expect(delivered.at(-1)).to.equal('m599')
    }))
})

describe('the directory of an outbox', () => {
  it('may have a path that is too long for a socket', () =>
    withOutbox(async ({ collector, client, path }) => {
      const long = join(path, 'x'.repeat(120), 'outbox')
      await collector.down()
      const before = client({ outbox: directory(long) })
      trackMany(before, 5)
      const living = client({ outbox: directory(long) })
      expect(await living.close()).to.include({ delivered: 0 })
      await before.close({ timeout: 10 })
      await collector.up()
      expect(await client({ outbox: directory(long) }).close()).to.include({ delivered: 5 })
    }))

  it('must not be a symbolic link, nor a file', () =>
    withOutbox(async ({ path, client }) => {
      mkdirSync(path)
      symlinkSync(path, `${path}-link`)
      writeFileSync(`${path}-file`, '')
      for (const wrong of [`${path}-link`, `${path}-file`, join(`${path}-file`, 'below')]) {
        expect(() => client({ outbox: directory(wrong) })).to.throw(
          TypeError,
          /^option outbox is .*; allowed: /,
        )
      }
      await Promise.resolve()
    }))

  for (const args of [
    [''],
    [5],
    ['x', null],
    ['x', { fsync: true }],
    ['x', { maxAge: 0 }],
    ['x', { ttl: 5 }],
  ]) {
    it(`is refused as directory(${args.map((arg) => JSON.stringify(arg)).join(', ')})`, () => {
      expect(() => directory(...(args as [string]))).to.throw(TypeError, /allowed: /)
    })
  }

  it('is not touched by a client that is disabled', () =>
    withOutbox(async ({ durable, path }) => {
      const analytics = durable({ disable: true })
      trackMany(analytics, 3)
      await analytics.close()
      expect(() => readdirSync(path)).to.throw('ENOENT')
    }))

  it('is refused as an option of another kind', () => {
    expect(() => new Analytics({ writeKey: 'k', outbox: '/tmp' as never })).to.throw(
      TypeError,
      'option outbox is a string; allowed: directory(path), or memory()',
    )
  })
})

for (const fsync of ['batch', 'call', false] as const) {
  describe(`fsync: ${String(fsync)}`, () => {
    it('delivers', () =>
      withOutbox(async ({ collector, durable }) => {
        const analytics = durable({}, { fsync })
        trackMany(analytics, 300)
        expect(await analytics.close()).to.include({ delivered: 300 })
        expect(collector.accepted).to.equal(300)
      }))
  })
}
