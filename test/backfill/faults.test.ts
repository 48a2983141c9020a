// What a server does to a run: nothing is lost, and what will not mend itself stops it.

import { expect } from 'chai'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  backfill,
  BackfillError,
  type BackfillSource,
  type Progress,
  type SourceRow,
} from '../../lib/backfill/index.js'
import type { Answer } from '@selfsame/collector'
import { errorOf, identify, people, start, withBench, type Person } from './setup.js'

const userIds = (messages: readonly unknown[] | undefined): string[] =>
  (messages ?? []).map((message) => (message as { userId: string }).userId)

describe('a server that answers 429 and 500, and goes down for a while', () => {
  it('loses nothing and gets nothing twice, and the progress says what is waited for', () =>
    withBench(
      async ({ collector, options }) => {
        const count = 6_000
        const seen: Progress[] = []
        const answers: (Answer | undefined)[] = [
          { status: 429, retryAfter: 1 },
          undefined,
          { status: 500 },
          { status: 503 },
          { reset: 'mid-body' },
        ]
        collector.misbehave(async ({ n }) => {
          if (n === 12) {
            await collector.down()
            setTimeout(() => void collector.up(), 700)
          }
          return answers[n - 1]
        })
        const report = await backfill(people(count), {
          ...options,
          maxBatchSize: 200,
          onProgress: (progress) => seen.push(progress),
        })
        expect(report).to.include({ rows: count, delivered: count, failed: 0, rejected: 0 })
        expect(collector.accepted).to.equal(count)
        // The connection broke while requests were being answered: these alone may have been sent again.
        expect(collector.duplicates).to.be.at.most(4 * 200)
        const waits = seen.map(({ waitingFor }) => waitingFor ?? '')
        expect(waits).to.include('the server answered 429; retry in 1 s')
        const last = seen.at(-1)!
        expect(last).to.include({ rows: count, delivered: count, pending: 0, done: count })
        expect(last.waitingFor).to.equal(undefined)
      },
      { dedup: true },
    )).timeout(60_000)

  it('is asked for as long as it takes: more often than any client would', () =>
    withBench(async ({ options }) => {
      let tries = 0
      const report = await backfill(people(1), {
        ...options,
        httpClient: async () => {
          tries++
          await Promise.resolve()
          return tries < 4 ? { status: 500 } : { status: 200 }
        },
      })
      expect(report.delivered).to.equal(1)
      expect(tries).to.equal(4)
    })).timeout(60_000)
})

describe('a message that the server refuses', () => {
  it('is rejected with its row and position, and its neighbours are delivered', () =>
    withBench(async ({ collector, options, rejects }) => {
      const bad = new Set(['u123', 'u1234'])
      collector.misbehave(({ messages }) =>
        userIds(messages).some((id) => bad.has(id)) ? { status: 400 } : undefined,
      )
      const report = await backfill(people(2_000), options)
      expect(report).to.deep.include({
        rows: 2_000,
        messages: 2_000,
        delivered: 1_998,
        failed: 2,
        rejected: 2,
        rejectedByReason: { 'refused by the server: 400': 2 },
      })
      expect(await rejects()).to.deep.equal(
        [123, 1_234].map((key) => ({
          key,
          reason: 'the server answered 400',
          row: [...people(2_000)][key],
        })),
      )
      expect(collector.accepted).to.equal(1_998)
    }))

  it('rejects a row of several calls once, though the others of it were delivered', () =>
    withBench(async ({ collector, options, rejects }) => {
      collector.misbehave(({ messages }) =>
        JSON.stringify(messages).includes('bad') ? { status: 400 } : undefined,
      )
      let shown = 0
      const report = await backfill([1], {
        ...options,
        onProgress: ({ rejected }) => (shown = rejected),
        map: () =>
          ['good', 'bad', 'bad too'].map((event) => ({
            type: 'track' as const,
            userId: 'u',
            event,
            timestamp: start,
          })),
      })
      expect(report).to.include({ rows: 1, messages: 3, delivered: 1, failed: 2, rejected: 1 })
      expect(shown).to.equal(1)
      expect(await rejects()).to.have.lengthOf(1)
    }))

  it('as every other one is refused stops the run: a million rows would follow', () =>
    withBench(async ({ collector, options }) => {
      collector.misbehave(() => ({ status: 400 }))
      const error = await errorOf(backfill(people(2_000), { ...options, maxInFlight: 1 }))
      expect(error).to.be.instanceOf(BackfillError).and.include({
        code: 'too_many_rejects',
        status: 400,
      })
      expect((error as BackfillError).report!.rows).to.be.within(99, 200)
    }))
})

describe('a request that the server refuses as a whole', () => {
  for (const status of [401, 403, 404, 501]) {
    it(`with ${status} stops the run, rejects nothing, and it can be resumed`, () =>
      withBench(async ({ collector, options, folder }) => {
        let from = 5
        collector.misbehave(({ n }) => (n >= from ? { status } : undefined))
        const run = () =>
          backfill(people(3_000), { ...options, maxBatchSize: 100 }).catch(
            (error: unknown) => error,
          )
        const error = await run()
        expect(error).to.be.instanceOf(BackfillError).and.include({ code: 'refused', status })
        const { report, message } = error as BackfillError
        expect(message).to.include(String(status)).and.not.include('abc123')
        expect(report).to.deep.include({ completed: false, rejected: 0, failed: 0 })
        // Of what arrived, the report has what nothing is missing before.
        expect(report!.delivered).to.be.within(100, collector.accepted)
        expect(await readdir(folder)).to.deep.equal(['checkpoint.json'])
        from = Infinity
        expect(await run()).to.include({ rows: 3_000, delivered: 3_000, completed: true })
        expect(collector.accepted).to.equal(3_000)
      }))
  }
})

describe('maxRejects', () => {
  const map = (bad: number) => (row: number) => ({
    type: 'identify' as const,
    userId: row % bad === 0 ? '' : `u${row}`,
    timestamp: start,
  })
  const numbers = (count: number): number[] => [...Array(count).keys()].map((n) => n + 1)

  it('as a number stops the run with the first row that is one too many', () =>
    withBench(async ({ options }) => {
      const error = await errorOf(
        backfill(numbers(1_000), { ...options, map: map(10), maxRejects: 7 }),
      )
      expect(error).to.be.instanceOf(BackfillError).and.include({ code: 'too_many_rejects' })
      const { report, message } = error as BackfillError
      expect(message).to.include('maxRejects')
      expect(report!.rejected).to.be.within(8, 100)
      expect(report!.completed).to.equal(false)
    }))

  it('that is just reached stops nothing', () =>
    withBench(async ({ options }) => {
      const report = await backfill(numbers(100), { ...options, map: map(10), maxRejects: 10 })
      expect(report).to.include({ rejected: 10, completed: true })
    }))

  it('as a percentage counts from the 100th row on', () =>
    withBench(async ({ options }) => {
      const few = { ...options, map: map(2), maxRejects: '49%' }
      expect(await backfill(numbers(99), few)).to.include({ rejected: 49, completed: true })
      const error = await errorOf(backfill(numbers(1_000), few))
      expect(error).to.include({ code: 'too_many_rejects' })
      const enough = { ...few, maxRejects: '50 %', resume: false }
      expect(await backfill(numbers(1_000), enough)).to.include({ rejected: 500 })
    }))
})

describe('a source that throws', () => {
  it('stops the run; what was read before is delivered, and it can be resumed', () =>
    withBench(async ({ collector, options }) => {
      const cause = new Error('connection terminated')
      let breaks = true
      const rows = function* () {
        for (const [n, person] of [...people(5_000)].entries()) {
          if (n === 4_000 && breaks) throw cause
          yield person
        }
      }
      const error = await errorOf(backfill(rows(), { ...options, maxBatchSize: 100 }))
      expect(error).to.be.instanceOf(BackfillError).and.include({ code: 'source_failed', cause })
      expect((error as BackfillError).report!.delivered).to.equal(collector.accepted)
      breaks = false
      const report = await backfill(rows(), { ...options, maxBatchSize: 100 })
      expect(report).to.include({ rows: 5_000, delivered: 5_000 })
      expect(collector.accepted).to.equal(5_000)
    }))
})

describe('rejected rows', () => {
  const broken = {
    broken: 'the quote in column 3 is never closed',
    text: '1,"a',
    position: { line: 7 },
  }
  const source = (rows: unknown[]): BackfillSource<Person> => ({
    fingerprint: 'f',
    async *open() {
      yield* rows as SourceRow<Person>[]
      await Promise.resolve()
    },
  })

  it('are lines with position, reason and the row, or its text if it could not be read', () =>
    withBench(async ({ options, rejects }) => {
      const report = await backfill(
        source([broken, { row: { id: '', n: 1n }, position: { line: 8, key: 'k' } }]),
        { ...options, map: identify },
      )
      expect(report).to.include({ rows: 2, rejected: 2, messages: 0, completed: true })
      expect(await rejects()).to.deep.equal([
        { line: 7, reason: broken.broken, text: '1,"a' },
        {
          line: 8,
          key: 'k',
          reason:
            "timestamp is missing: without one the message would count as happening today; if it does, set timestamp to 'now' (--timestamp-now)",
          row: { id: '', n: '1' },
        },
      ])
    }))

  it('are given to a function instead', () =>
    withBench(async ({ options, folder }) => {
      const taken: unknown[] = []
      const report = await backfill(source([broken]), {
        ...options,
        rejects: (rejected) => taken.push(rejected),
      })
      expect(taken).to.deep.equal([{ line: 7, reason: broken.broken, text: '1,"a' }])
      expect(report.rejects).to.equal(undefined)
      expect(await readdir(folder)).to.deep.equal(['checkpoint.json'])
    }))

  it('stop the run if that function throws', () =>
    withBench(async ({ options }) => {
      const error = await errorOf(
        backfill(source([broken]), {
          ...options,
          rejects: () => {
            throw new Error('disk full')
          },
        }),
      )
      expect(error).to.be.instanceOf(BackfillError).and.include({ code: 'file_failed' })
    }))

  it('stop the run before it begins if their folder does not exist', () =>
    withBench(async ({ options, folder, collector }) => {
      const rejects = join(folder, 'nowhere', 'rejects.ndjson')
      const error = await errorOf(backfill(people(10), { ...options, rejects }))
      expect(error).to.be.instanceOf(BackfillError).and.include({ code: 'file_failed' })
      expect(collector.requests).to.have.lengthOf(0)
    }))

  it('of an earlier run are kept under another name', () =>
    withBench(async ({ options, folder, rejects }) => {
      const run = () => backfill(source([broken]), { ...options, resume: false })
      await run()
      await run()
      const report = await run()
      expect(report.rejects).to.equal(join(folder, 'rejects.ndjson'))
      expect((await readdir(folder)).sort()).to.deep.equal([
        'checkpoint.json',
        'rejects.1.ndjson',
        'rejects.2.ndjson',
        'rejects.ndjson',
      ])
      expect(await rejects()).to.have.lengthOf(1)
    }))

  it('that take much memory do not wait: 200 of 500 KB after a message', () =>
    withBench(async ({ options, rejects, collector }) => {
      const big = 'x'.repeat(500_000)
      const rows = function* () {
        yield { id: 'u', email: '', at: start }
        for (let n = 0; n < 200; n++) yield { id: `b${n}`, email: big, at: start }
      }
      const report = await backfill(rows(), options)
      expect(report).to.deep.include({ delivered: 1, rejectedByReason: { message_too_large: 200 } })
      expect(collector.accepted).to.equal(1)
      expect(await rejects()).to.have.lengthOf(200)
    }))
})

describe('a source that is left before its end', () => {
  it('is closed before the run resolves', () =>
    withBench(async ({ options }) => {
      let closed = false
      const rows = (async function* () {
        try {
          yield* people(100)
        } finally {
          await new Promise((resolve) => setTimeout(resolve, 50))
          closed = true
        }
      })()
      await backfill(rows, { ...options, limit: 10 })
      expect(closed).to.equal(true)
    }))
})

describe('the process of a run', () => {
  it('keeps its listeners as they were', () =>
    withBench(async ({ options }) => {
      const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit', 'uncaughtException']
      const counts = (): number[] => events.map((event) => process.listenerCount(event))
      const before = counts()
      let during: number[] = []
      await backfill(people(10), { ...options, onProgress: () => (during = counts()) })
      expect(during).to.deep.equal(before)
      expect(counts()).to.deep.equal(before)
    }))
})

describe('onProgress', () => {
  it('may throw: the run continues', () =>
    withBench(async ({ options }) => {
      const report = await backfill(people(10), {
        ...options,
        onProgress: () => {
          throw new Error('mine')
        },
      })
      expect(report.delivered).to.equal(10)
    }))

  it('knows the total of a list, and of a source that says it', () =>
    withBench(async ({ options }) => {
      const totals: unknown[] = []
      const onProgress = ({ total, done }: Progress): void => void totals.push([total, done])
      await backfill([...people(10)], { ...options, onProgress })
      expect(totals.at(-1)).to.deep.equal([10, 10])
      const source = {
        fingerprint: 'f',
        total: Promise.resolve(4_096),
        done: () => 4_000,
        async *open() {
          await Promise.resolve()
          yield { row: { id: 'u', at: start }, position: { line: 1 } }
        },
      }
      await backfill(source, { ...options, onProgress })
      expect(totals.at(-1)).to.deep.equal([4_096, 4_000])
    }))
})
