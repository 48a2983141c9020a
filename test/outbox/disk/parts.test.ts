// Batches that are split: what their file still owes is known message by message, in this process and to later ones.

import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { memory, type DeadLetterFunction } from '../../../lib/index.js'
import type { Batch } from '../../../lib/outbox/batch.js'
import type { Lost, Outbox } from '../../../lib/outbox/outbox.js'
import { checkBooks } from '../../support/clients.js'
import { filesIn, idsFrom, openOutbox, trackMany, withOutbox } from '../../support/outbox.js'
import { warningsOf } from '../../support/warnings.js'

const text = (i: number): string => `{"type":"track","i":${i}}`

function fill(outbox: Outbox, count: number): void {
  for (let i = 0; i < count; i++) expect(outbox.append(text(i), undefined)).to.equal('accepted')
}

async function take(outbox: Outbox): Promise<Batch> {
  const batch = await outbox.take()
  if (!batch) throw new Error('nothing to take')
  return batch
}

async function takeHalves(outbox: Outbox): Promise<[Batch, Batch]> {
  const batch = await take(outbox)
  outbox.replace(batch, batch.split())
  return [await take(outbox), await take(outbox)]
}

const numbersIn = (batch: Batch): number[] =>
  batch.messages().map((message) => (message as { i: number }).i)

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i)

/** Opens what is in the directory as it is now, as the next process does after `kill -9`. */
async function afterKill(path: string, use: (outbox: Outbox, copy: string) => Promise<void>) {
  const copy = `${path}-copy`
  mkdirSync(copy)
  for (const name of readdirSync(path).filter((each) => each.startsWith('v1.'))) {
    const [version, source, origin] = name.split('.')
    cpSync(join(path, name), join(copy, [version, source, origin, 'free'].join('.')), {
      recursive: true,
    })
  }
  const outbox = openOutbox(copy)
  try {
    await outbox.open?.()
    await use(outbox, copy)
  } finally {
    outbox.close?.()
    rmSync(copy, { recursive: true })
  }
}

/** Runs the timers that are set within `work` at once. */
function withTimersAtOnce(work: () => void): void {
  const { setTimeout: original } = globalThis
  const due: (() => void)[] = []
  globalThis.setTimeout = ((callback: () => void) => due.push(callback)) as never
  try {
    work()
  } finally {
    globalThis.setTimeout = original
  }
  for (const callback of due) callback()
}

const putBack = {
  replaced: (outbox: Outbox, half: Batch): void => outbox.replace(half, [half]),
  postponed: (outbox: Outbox, half: Batch): void =>
    withTimersAtOnce(() => expect(outbox.postpone?.(half)).to.equal(true)),
}

for (const [how, back] of Object.entries(putBack)) {
  describe(`half of a split batch that is ${how}`, () => {
    for (const which of [0, 1] as const) {
      it(`comes back alone (half ${which})`, () =>
        withOutbox(async ({ path }) => {
          const outbox = openOutbox(path)
          fill(outbox, 100)
          const halves = await takeHalves(outbox)
          outbox.settle(halves[1 - which]!)
          back(outbox, halves[which])
          expect(outbox.count).to.equal(50)
          const again = await take(outbox)
          expect(numbersIn(again)).to.deep.equal(range(which * 50, which * 50 + 50))
          expect(again.sequence).to.equal(which * 50)
          outbox.settle(again)
          expect(outbox.count).to.equal(0)
          expect(outbox.bytes).to.equal(0)
          expect(filesIn(path)).to.deep.equal([])
          outbox.close?.()
        }))
    }

    it('comes back in order, if both halves do', () =>
      withOutbox(async ({ path }) => {
        const outbox = openOutbox(path)
        fill(outbox, 100)
        const [first, second] = await takeHalves(outbox)
        back(outbox, second)
        back(outbox, first)
        const batches = [await take(outbox), await take(outbox)]
        expect(batches.flatMap(numbersIn)).to.deep.equal(range(0, 100))
        for (const batch of batches) outbox.settle(batch)
        expect(outbox.count).to.equal(0)
        expect(filesIn(path)).to.deep.equal([])
        outbox.close?.()
      }))

    it('is all that the next process finds', () =>
      withOutbox(async ({ path }) => {
        const outbox = openOutbox(path)
        fill(outbox, 100)
        const [first, second] = await takeHalves(outbox)
        outbox.settle(first)
        back(outbox, second)
        outbox.close?.()
        const next = openOutbox(path)
        await next.open?.()
        expect(next.count).to.equal(50)
        const batch = await take(next)
        expect(numbersIn(batch)).to.deep.equal(range(50, 100))
        next.settle(batch)
        expect(next.bytes).to.equal(0)
        next.close?.()
        expect(readdirSync(path)).to.deep.equal([])
      }))
  })
}

describe('a client whose split batch is put aside by half', () => {
  it('sends each message once, and flush() knows what is pending', () =>
    withOutbox(async ({ collector, durable, errors }) => {
      collector.misbehave((request) => {
        const { length } = (request as unknown as { messages: unknown[] }).messages
        if (length > 50) return { status: 413 }
        return JSON.stringify(request).includes('"m0"') ? { status: 500 } : undefined
      })
      const client = durable({ maxRetries: 0 })
      trackMany(client, 100)
      await warningsOf(async () => {
        expect(await client.flush()).to.deep.equal({ delivered: 50, failed: 0, pending: 50 })
      })
      checkBooks(client)
      await client.close({ timeout: 0 })
      collector.misbehave()
      collector.clear()
      const next = durable()
      expect(await next.close()).to.deep.equal({ delivered: 50, failed: 0, pending: 0 })
      checkBooks(next)
      expect(collector.messages.map(({ messageId }) => messageId)).to.deep.equal(idsFrom(0, 50))
      expect(errors).to.deep.equal([])
    }))
})

describe('a message of a file that was settled before the others', () => {
  it('is not sent by the next process after kill -9, whichever it was', () =>
    withOutbox(async ({ path }) => {
      const outbox = openOutbox(path)
      fill(outbox, 7)
      let waiting = await take(outbox)
      const left = new Set(range(0, 7))
      for (const settled of [3, 0, 6, 1, 5]) {
        const part = outbox.carve(settled, 1)!
        outbox.settle(part)
        left.delete(settled)
        await afterKill(path, async (next) => {
          expect(next.count).to.equal(left.size)
          waiting = await take(next)
          expect(numbersIn(waiting)).to.deep.equal([...left])
          expect(waiting.size).to.equal(next.bytes)
        })
      }
      outbox.close?.()
    }))

  it('is marked again by the next process, beside those that were marked before', () =>
    withOutbox(async ({ path }) => {
      const outbox = openOutbox(path)
      fill(outbox, 6)
      await take(outbox)
      outbox.settle(outbox.carve(1, 1)!)
      await afterKill(path, async (next, copy) => {
        const batch = await take(next)
        expect(numbersIn(batch)).to.deep.equal([0, 2, 3, 4, 5])
        next.settle(next.carve(batch.sequence + 2, 2)!)
        await afterKill(copy, async (last) => {
          expect(numbersIn(await take(last))).to.deep.equal([0, 2, 5])
        })
      })
      outbox.close?.()
    }))

  it('may be the last of a file that its writer did not finish', () =>
    withOutbox(async ({ path }) => {
      const outbox = openOutbox(path)
      fill(outbox, 3)
      const [file = ''] = filesIn(path)
      writeFileSync(file, readFileSync(file).subarray(0, -20))
      await afterKill(path, async (next, copy) => {
        const batch = await take(next)
        next.settle(next.carve(batch.sequence + 2, 1)!)
        await afterKill(copy, async (last) => {
          expect(numbersIn(await take(last))).to.deep.equal([0, 1])
        })
      })
      outbox.close?.()
    }))

  it('costs nothing in a file that is settled as a whole', () =>
    withOutbox(async ({ path }) => {
      const outbox = openOutbox(path)
      fill(outbox, 10)
      const [file = ''] = filesIn(path)
      const before = readFileSync(file)
      const batch = await take(outbox)
      expect(readFileSync(file).equals(before)).to.equal(true)
      outbox.settle(batch)
      expect(filesIn(path)).to.deep.equal([])
      outbox.close?.()
    }))

  it('is warned of if it cannot be marked, and everything continues', () =>
    withOutbox(async ({ path }) => {
      const warnings: string[] = []
      const outbox = openOutbox(path, {}, { warn: (warning) => warnings.push(warning) })
      fill(outbox, 4)
      const [file = ''] = filesIn(path)
      const [first, second] = await takeHalves(outbox)
      rmSync(file)
      mkdirSync(file)
      outbox.settle(first)
      outbox.settle(second)
      expect(outbox.count).to.equal(0)
      expect(warnings[0]).to.match(/^a file of the outbox cannot be marked \(EISDIR\): /)
      outbox.close?.()
    }))

  it('is rejected and kept as a dead letter by one client only', () =>
    withOutbox(async ({ collector, durable, errors }) => {
      const letters: string[] = []
      const deadLetter: DeadLetterFunction = (messages) => {
        letters.push(...messages.map(({ messageId }) => messageId))
      }
      // One is rejected; the others meet a fault, and are put aside.
      collector.misbehave((request) => {
        const { messages } = request as unknown as { messages: { messageId: string }[] }
        if (messages.length > 1) return { status: 400 }
        return messages[0]?.messageId === 'm2' ? { status: 400 } : { status: 500 }
      })
      await warningsOf(async () => {
        for (let start = 0; start < 3; start++) {
          const client = durable({ maxRetries: 0, deadLetter })
          if (start === 0) trackMany(client, 4)
          await client.flush()
          checkBooks(client)
          await client.close({ timeout: 0 })
        }
      })
      expect(errors.map(({ code }) => code)).to.deep.equal(['rejected'])
      expect(letters).to.deep.equal(['m2'])
      collector.misbehave()
      collector.clear()
      expect(await durable().close()).to.deep.equal({ delivered: 3, failed: 0, pending: 0 })
      expect(collector.messages.map(({ messageId }) => messageId)).to.deep.equal(['m0', 'm1', 'm3'])
    }))
})

describe('a damaged message', () => {
  it('is reported by one process only, and its neighbours are delivered by the next', () =>
    withOutbox(async ({ path }) => {
      const outbox = openOutbox(path)
      fill(outbox, 5)
      outbox.close?.()
      const [file = ''] = filesIn(path)
      const bytes = readFileSync(file)
      bytes[bytes.indexOf('"i":2') + 1] = 0
      writeFileSync(file, bytes)

      const lost: Lost[] = []
      const first = openOutbox(path, {}, { lost: (each) => lost.push(each) })
      await first.open?.()
      expect(numbersIn(await take(first))).to.deep.equal([0, 1, 3, 4])
      expect(lost.map(({ count }) => count)).to.deep.equal([1])
      first.close?.()

      const next = openOutbox(path, {}, { lost: (each) => lost.push(each) })
      await next.open?.()
      expect(next.count).to.equal(4)
      const batch = await take(next)
      expect(numbersIn(batch)).to.deep.equal([0, 1, 3, 4])
      next.settle(batch)
      next.close?.()
      expect(lost).to.have.lengthOf(1)
      const damaged = readdirSync(path)
      expect(damaged).to.have.lengthOf(1)
      expect(damaged[0]).to.match(new RegExp(`\\.${basename(file)}\\.damaged$`))
      expect(readFileSync(join(path, damaged[0]!)).equals(bytes)).to.equal(true)
    }))

  it('that has to give way to a newer one is reported after the call', () =>
    withOutbox(async ({ path }) => {
      const lost: Lost[] = []
      const before = openOutbox(path)
      fill(before, 20)
      before.close?.()
      const told = { lost: (each: Lost) => lost.push(each) }
      const limits = { maxQueueBytes: 1_500, overflow: 'drop-oldest' } as const
      const outbox = openOutbox(path, {}, told, limits)
      await outbox.open?.()
      expect(outbox.count).to.equal(20)
      for (const file of filesIn(path)) rmSync(file)
      for (let i = 0; lost.length === 0 && outbox.bytes > 0 && i < 20; i++) {
        outbox.append(text(i), undefined)
        expect(lost).to.deep.equal([])
        await nextTurn()
      }
      expect(lost.map(({ count }) => count)).to.deep.equal([20])
      outbox.close?.()
    }))
})

describe('a call near the end of the stack', () => {
  for (const [name, open] of Object.entries({
    directory: (path: string) => openOutbox(path, {}, {}, { maxBatchSize: 5 }),
    memory: () =>
      memory()({
        maxBatchSize: 5,
        maxBatchBytes: 480 * 1024,
        maxMessageBytes: 32 * 1024,
        maxQueueBytes: 2 ** 30,
        overflow: 'drop-newest',
        source: 'source',
        listener: {} as never,
      }),
  })) {
    it(`leaves the outbox as it was, or has its message in it (${name})`, () =>
      withOutbox(async ({ path }) => {
        const outbox = open(path)
        let accepted = 0
        const dive = (): void => {
          try {
            dive()
          } catch {
            // The deepest calls fail, those above succeed.
          }
          if (accepted >= 500) return
          try {
            if (outbox.append(text(accepted), undefined) === 'accepted') accepted++
          } catch {
            // As it should: with nothing changed.
          }
        }
        dive()
        fill(outbox, 1)
        const numbers: number[] = []
        for (let batch = await outbox.take(); batch; batch = await outbox.take()) {
          expect(batch.sequence).to.equal(numbers.length)
          numbers.push(...numbersIn(batch))
        }
        expect(numbers).to.deep.equal([...range(0, accepted), 0])
        expect(outbox.count).to.equal(accepted + 1)
        expect(outbox.nextSequence).to.equal(accepted + 1)
        outbox.close?.()
      }))
  }
})
