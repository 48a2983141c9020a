// What becomes of an outbox whose files are cut off, damaged or removed: each loss is reported, the rest is delivered.

import {
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { sourceOf } from '../../../lib/client/options/destination.js'
import type { AnalyticsError } from '../../../lib/index.js'
import { checkBooks } from '../../support/clients.js'
import { idsFrom, trackMany, withOutbox, type OutboxSetup } from '../../support/outbox.js'

/** What a dead client has left: its files by name. */
type Left = Map<string, Buffer>

/** Files of `count` messages, as a client wrote them. */
async function leave(
  { collector, durable, batchFiles, path }: OutboxSetup,
  count: number,
): Promise<Left> {
  await collector.down()
  const client = durable({ maxBatchBytes: 2_048 })
  trackMany(client, count)
  const left: Left = new Map(batchFiles().map((file) => [basename(file), readFileSync(file)]))
  await client.close({ timeout: 0 })
  await collector.up()
  rmSync(path, { recursive: true })
  return left
}

/** Puts them where a new client looks for them. */
function put(path: string, left: Left): void {
  const directory = join(path, `v1.${sourceOf('abc123')}.0mwr9160d-854e543f-7545eb61a17a4072.free`)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  for (const [name, content] of left) writeFileSync(join(directory, name), content)
}

interface Found {
  ids: string[]
  errors: AnalyticsError[]
  /** Files that were set aside. */
  damaged: string[]
}

/** Lets a client deliver what is left. */
async function deliver(setup: OutboxSetup, left: Left): Promise<Found> {
  const { collector, durable, path, errors } = setup
  collector.clear()
  errors.length = 0
  put(path, left)
  const client = durable()
  const { pending } = await client.close()
  checkBooks(client)
  expect(pending).to.equal(0)
  const damaged = readdirSync(path)
  rmSync(path, { recursive: true })
  return {
    ids: collector.messages.map(({ messageId }) => messageId),
    errors: [...errors],
    damaged,
  }
}

const lostIn = (errors: AnalyticsError[]): number =>
  errors.reduce((sum, { message }) => sum + Number(/messages: (\d+)/.exec(message)?.[1]), 0)

describe('the last file of a killed process', () => {
  it('cut off at any byte of its last three messages has all of those that are whole', () =>
    withOutbox(async (setup) => {
      const left = await leave(setup, 4)
      const [[name, content] = ['', Buffer.alloc(0)]] = left
      expect(name).to.match(/\.open$/)
      const ends = [...content.toString('latin1').matchAll(/\n/g)]
        .slice(1)
        .map(({ index }) => index)
      for (let length = (ends[0] ?? 0) + 1; length <= content.length; length++) {
        const { ids, errors, damaged } = await deliver(
          setup,
          new Map([[name, content.subarray(0, length)]]),
        )
        // Of a message that is there as a whole, the checksum and the line's end may be missing.
        const whole = ends.filter((end) => end - 32 <= length).length
        expect(ids, `cut off at ${length}`).to.deep.equal(idsFrom(0, whole))
        const rest = length - Math.min((ends[whole - 1] ?? 0) + 1, length)
        // A comma is no message.
        expect(lostIn(errors), `cut off at ${length}`).to.equal(rest > 1 ? 1 : 0)
        expect(errors.every(({ code }) => code === 'outbox_damaged')).to.equal(true)
        expect(damaged).to.deep.equal([])
      }
    })).timeout(60_000)
})

describe('a file in an outbox', () => {
  it('with a flipped bit costs the message that it is in, and a copy is kept', () =>
    withOutbox(async (setup) => {
      const left = await leave(setup, 4)
      const [[name, content] = ['', Buffer.alloc(0)]] = left
      for (let bit = 3; bit < content.length * 8; bit += 41) {
        const flipped = Buffer.from(content)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        const { ids, errors, damaged } = await deliver(setup, new Map([[name, flipped]]))
        const lost = 4 - ids.length
        // Only a line's end belongs to two messages.
        const isLineEnd = content[bit >> 3] === 10
        expect(lost, `bit ${bit}`).to.be.at.most(isLineEnd ? 2 : 1)
        expect(lostIn(errors), `bit ${bit}`).to.equal(lost)
        expect(damaged, `bit ${bit}`).to.have.lengthOf(lost > 0 ? 1 : 0)
        if (lost > 0) expect(damaged[0]).to.match(/\.damaged$/)
        // None is delivered that is not what was called.
        for (const message of setup.collector.messages) {
          const { properties, messageId } = message as { properties?: unknown; messageId?: string }
          expect(properties).to.deep.equal({ i: Number(messageId?.slice(1)) })
        }
      }
    })).timeout(60_000)

  it('that was full, and now is shorter by whole messages, is found out', () =>
    withOutbox(async (setup) => {
      const left = await leave(setup, 30)
      const [[name, content] = ['', Buffer.alloc(0)]] = left
      const [, count] = /-(\d+)\.batch$/.exec(name) ?? []
      const shorter = content.subarray(0, content.lastIndexOf('\n', content.length - 2) + 1)
      const { ids, errors, damaged } = await deliver(setup, new Map([...left, [name, shorter]]))
      expect(ids).to.deep.equal(idsFrom(0, 30).filter((id) => id !== `m${Number(count) - 1}`))
      expect(lostIn(errors)).to.equal(1)
      expect(damaged).to.have.lengthOf(1)
    }))

  it('of which nothing can be read holds nothing up', () =>
    withOutbox(async (setup) => {
      for (const rubbish of [Buffer.alloc(0), Buffer.alloc(3_000), Buffer.from('{}')]) {
        const left = await leave(setup, 30)
        const [name = ''] = left.keys()
        const count = Number(/-(\d+)\.batch$/.exec(name)?.[1])
        const { ids, errors } = await deliver(setup, new Map([...left, [name, rubbish]]))
        expect(ids).to.deep.equal(idsFrom(count, 30))
        expect(lostIn(errors)).to.equal(count)
      }
    }))

  it('that is not ours is left alone', () =>
    withOutbox(async (setup) => {
      const left = await leave(setup, 3)
      put(setup.path, new Map([['notes.txt', Buffer.from('hello')]]))
      writeFileSync(join(setup.path, 'notes.txt'), 'hello')
      const { ids, errors } = await deliver(setup, left)
      expect(ids).to.deep.equal(idsFrom(0, 3))
      expect(errors).to.deep.equal([])
    }))
})

describe('an outbox that is damaged under the running client', () => {
  it('removed: reports what was only there, delivers what is in memory, and continues', () =>
    withOutbox(async ({ collector, durable, path, errors, batchFiles }) => {
      await collector.down()
      const client = durable({}, { claimInterval: 20 })
      for (let i = 0; i < 400; i++) {
        const properties = { x: 'x'.repeat(20_000) }
        client.track({ userId: 'u', event: 'E', messageId: `m${i}`, properties })
      }
      rmSync(path, { recursive: true })
      trackMany(client, 100, 400)
      await new Promise((resolve) => setTimeout(resolve, 100))
      // What is in memory has a file again.
      expect(batchFiles()).to.have.lengthOf(1)
      trackMany(client, 100, 500)
      await collector.up()
      const { delivered, failed, pending } = await client.close()
      checkBooks(client)
      expect(pending).to.equal(0)
      expect(delivered + failed).to.equal(600)
      expect(lostIn(errors)).to.equal(failed)
      expect(failed).to.be.within(1, 399)
      const ids = collector.messages.map(({ messageId }) => messageId)
      expect(ids).to.have.lengthOf(delivered)
      expect(ids).to.include.members(idsFrom(400, 600))
    }))

  it('cut off: reports what is missing in each file', () =>
    withOutbox(async ({ collector, durable, errors, batchFiles }) => {
      await collector.down()
      const client = durable({})
      for (let i = 0; i < 400; i++) {
        const properties = { x: 'x'.repeat(20_000) }
        client.track({ userId: 'u', event: 'E', messageId: `m${i}`, properties })
      }
      for (const file of batchFiles()) truncateSync(file, statSync(file).size - 30_000)
      await collector.up()
      const { delivered, failed } = await client.close()
      expect(delivered + failed).to.equal(400)
      expect(failed).to.be.greaterThan(0)
      expect(lostIn(errors)).to.equal(failed)
      expect(collector.accepted).to.equal(delivered)
      checkBooks(client)
    }))
})
