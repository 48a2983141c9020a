// The checkpoint: where a run goes on, and when it is refused.

import { expect } from 'chai'
import {
  mkdir,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  truncate,
  writeFile,
  appendFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import {
  backfill,
  BackfillError,
  type BackfillOptions,
  type BackfillSource,
  type BrokenRow,
  type SourceRow,
} from '../../lib/backfill/index.js'
import { errorOf, identify, people, withBench, type Bench, type Person } from './setup.js'

/** A source of people that says where they are, as a query with a key does. */
class Table implements BackfillSource<Person> {
  readonly fingerprint: string
  readonly name = 'people'
  readonly #count: number
  /** What it was opened behind. */
  after: unknown

  constructor(count: number, fingerprint = 'select 1') {
    this.#count = count
    this.fingerprint = fingerprint
  }

  async *open(after?: {
    position: { key?: unknown }
    rows: number
  }): AsyncGenerator<SourceRow<Person> | BrokenRow> {
    this.after = after
    const from = after ? Number(after.position.key) + 1 : 0
    let n = 0
    for (const row of people(this.#count)) {
      if (n++ < from) continue
      await Promise.resolve()
      yield { row, position: { key: n - 1 } }
    }
  }
}

/** Stops a run when so many rows were mapped. No more than 500 messages wait or are under way, so the rest is done. */
async function stopAt(
  rows: number,
  source: BackfillSource<Person> | Iterable<Person>,
  options: BackfillOptions<Person>,
) {
  const controller = new AbortController()
  let mapped = 0
  return await backfill(source, {
    ...options,
    maxBatchSize: 100,
    mapping: 'identify',
    signal: controller.signal,
    map: (row) => {
      if (++mapped === rows) controller.abort()
      return identify(row)
    },
  })
}

const again = (options: BackfillOptions<Person>): BackfillOptions<Person> => ({
  ...options,
  mapping: 'identify',
})

const ids = ({ collector }: Bench): string[] =>
  collector.messages.map(({ userId }) => String(userId)).sort()
const allIds = (count: number): string[] => [...people(count)].map(({ id }) => String(id)).sort()

describe('a run that was stopped by its signal', () => {
  for (const [what, make] of [
    ['a source with positions', () => new Table(5_000)],
    ['a generator', () => people(5_000)],
    ['a list', () => [...people(5_000)]],
  ] as [string, () => BackfillSource<Person> | Iterable<Person>][]) {
    it(`resumes where it was, over ${what}: every row once, and the totals are right`, () =>
      withBench(
        async (bench) => {
          const { options, collector } = bench
          const stopped = await stopAt(3_000, make(), options)
          expect(stopped.completed).to.equal(false)
          expect(stopped.rows).to.be.within(100, 3_000)
          expect(stopped.rows).to.equal(stopped.delivered)
          expect(await bench.checkpoint()).to.deep.include({ completed: false })

          const report = await backfill(make(), again(options))
          expect(report).to.include({
            rows: 5_000,
            delivered: 5_000,
            completed: true,
            resumedFrom: stopped.rows,
            firstTimestamp: '2014-01-01T00:00:00.000Z',
            lastTimestamp: '2014-01-01T01:23:19.000Z',
          })
          expect(report.bytes).to.be.above(stopped.bytes)
          expect(ids(bench)).to.deep.equal(allIds(5_000))
          // What was under way has landed before the checkpoint was written.
          expect(collector.duplicates).to.equal(0)
        },
        { dedup: true },
      ))
  }

  it('lets requests that are under way end, but does not wait for a server that is silent', () =>
    withBench(async ({ options, collector }) => {
      const asked = new Promise<void>((resolve) => {
        collector.misbehave(() => {
          resolve()
          return { silence: true }
        })
      })
      const controller = new AbortController()
      const running = backfill(people(5_000), { ...options, signal: controller.signal })
      await asked
      controller.abort()
      expect(await running).to.include({ completed: false, rows: 0, delivered: 0 })
    }))

  it('that is aborted before it begins reads nothing', () =>
    withBench(async ({ options, collector }) => {
      const report = await backfill(people(10), { ...options, signal: AbortSignal.abort() })
      expect(report).to.include({ rows: 0, completed: false })
      expect(collector.accepted).to.equal(0)
    }))

  it('does not wait for a source that hangs', () =>
    withBench(async ({ options }) => {
      const controller = new AbortController()
      const hanging = (async function* (): AsyncGenerator<Person> {
        yield* people(3)
        await new Promise<void>((resolve) => setImmediate(resolve))
        controller.abort()
        await new Promise(() => undefined)
      })()
      const report = await backfill(hanging, { ...options, signal: controller.signal })
      expect(report.completed).to.equal(false)
    }))
})

describe('limit', () => {
  it('reads so many rows in all, and the rest later', () =>
    withBench(async (bench) => {
      const { options } = bench
      const first = await backfill(new Table(1_000), { ...options, limit: 300 })
      expect(first).to.include({ rows: 300, delivered: 300, completed: true })
      expect((await bench.checkpoint()).completed).to.equal(false)
      const same = await backfill(new Table(1_000), { ...options, limit: 300 })
      expect(same).to.include({ rows: 300, delivered: 300, completed: true })
      const rest = await backfill(new Table(1_000), options)
      expect(rest).to.include({ rows: 1_000, delivered: 1_000, resumedFrom: 300 })
      expect(ids(bench)).to.deep.equal(allIds(1_000))
    }))
})

describe('a checkpoint of something else is refused:', () => {
  const changes: [what: string, names: string, source: BackfillSource<Person>, more: object][] = [
    ['another source', 'the source', new Table(2_000, 'select 2'), {}],
    ['another mapping', 'the mapping', new Table(2_000), { mapping: 'other' }],
    ['another name', 'an option that decides the messages', new Table(2_000), { name: 'b' }],
    ['other integrations', 'an option', new Table(2_000), { integrations: { All: false } }],
    ['another unit', 'an option', new Table(2_000), { unit: 'seconds' }],
    ['another write key', 'the destination', new Table(2_000), { writeKey: 'other' }],
    ['another path', 'the destination', new Table(2_000), { path: '/v2' }],
    ['two of them', 'the source and the mapping', new Table(2_000, '2'), { mapping: 'other' }],
  ]
  for (const [what, names, source, more] of changes) {
    it(what, () =>
      withBench(async ({ options, collector }) => {
        await stopAt(1_000, new Table(2_000), options)
        const sent = collector.accepted
        const error = await errorOf(backfill(source, { ...again(options), ...more }))
        expect(error).to.be.instanceOf(BackfillError).and.include({ code: 'changed' })
        const { message } = error as Error
        expect(message).to.include(names).and.to.include('resume: false').and.not.include('other')
        expect(collector.accepted).to.equal(sent)
      }),
    )
  }

  it('a list whose row at that place is another one', () =>
    withBench(async ({ options }) => {
      await stopAt(1_000, people(2_000), options)
      const others = people(2_000, (person) => (person.plan = 'premium'))
      const error = await errorOf(backfill(others, again(options)))
      expect(error).to.be.instanceOf(BackfillError).and.include({ code: 'changed' })
    }))

  it('a list that is shorter', () =>
    withBench(async ({ options }) => {
      const { rows } = await stopAt(1_000, people(2_000), options)
      const error = await errorOf(backfill(people(rows - 1), again(options)))
      expect(error).to.include({ code: 'changed' })
    }))

  it('unless acceptChanges is set: it resumes at the position', () =>
    withBench(async ({ options }) => {
      const { rows } = await stopAt(1_000, new Table(2_000), options)
      const source = new Table(2_000, 'select 2')
      const report = await backfill(source, { ...again(options), acceptChanges: true })
      expect(report).to.include({ rows: 2_000, resumedFrom: rows, completed: true })
      expect(source.after).to.deep.equal({ position: { key: rows - 1 }, rows })
    }))

  it('or nothing was done yet: there is nothing to resume', () =>
    withBench(async ({ options }) => {
      await backfill(new Table(10), { ...options, signal: AbortSignal.abort() })
      const report = await backfill(new Table(20, 'select 2'), { ...options, mapping: 'other' })
      expect(report).to.include({ rows: 20, resumedFrom: undefined, completed: true })
    }))

  it('or resume: false, which starts over', () =>
    withBench(async ({ options, collector }) => {
      await stopAt(1_000, new Table(2_000), options)
      const source = new Table(2_000, 'select 2')
      const report = await backfill(source, { ...again(options), resume: false })
      expect(report).to.include({ rows: 2_000, resumedFrom: undefined, completed: true })
      expect(source.after).to.equal(undefined)
      expect(collector.accepted).to.equal(2_000)
    }))
})

describe('after a run that was completed', () => {
  it('the same source has nothing more to give: the report is that of the run', () =>
    withBench(async ({ options, collector }) => {
      const once = await backfill(new Table(1_000), options)
      const twice = await backfill(new Table(1_000), options)
      expect(twice).to.deep.include({ ...once, resumedFrom: 1_000, duration: twice.duration })
      expect(collector.accepted + collector.duplicates).to.equal(1_000)
    }))

  it('a source that has grown after its last row is resumed', () =>
    withBench(async ({ options, collector }) => {
      await backfill(new Table(1_000), options)
      const report = await backfill(new Table(1_200), options)
      expect(report).to.include({ rows: 1_200, resumedFrom: 1_000 })
      expect(collector.duplicates).to.equal(0)
    }))

  it('a source or a mapping that has changed is another run, from its start', () =>
    withBench(async ({ options }) => {
      await backfill(new Table(1_000), options)
      const report = await backfill(new Table(500, 'select 2'), options)
      expect(report).to.include({ rows: 500, resumedFrom: undefined })
    }))

  it('a list starts over: it cannot be known whether it is the same', () =>
    withBench(async ({ options, collector }) => {
      await backfill([{ id: 'a', at: 1e12 }], options)
      await backfill([{ id: 'b', at: 1e12 }], options)
      expect(collector.messages.map(({ userId }) => userId)).to.deep.equal(['a', 'b'])
    }))
})

describe("the checkpoint's file", () => {
  it('is readable by its owner alone, and holds neither the write key nor anything of a row', () =>
    withBench(async ({ options, folder }) => {
      await backfill([{ id: 'secret-id', email: 'secret@example.com', at: 1e12 }], {
        ...options,
        writeKey: 'secret-key',
      })
      const path = join(folder, 'checkpoint.json')
      expect((await stat(path)).mode & 0o777).to.equal(0o600)
      expect(await readFile(path, 'utf8')).to.not.include('secret')
      expect(await readdir(folder)).to.deep.equal(['checkpoint.json'])
    }))

  it('is NAME.checkpoint.json by default, whatever characters the name has', () =>
    withBench(async ({ options, folder }) => {
      const before = process.cwd()
      process.chdir(folder)
      try {
        const { checkpoint } = await backfill([], {
          ...options,
          checkpoint: undefined,
          name: '../users 2026',
        })
        expect(checkpoint).to.equal('..-users-2026.checkpoint.json')
        expect(await readdir(folder)).to.deep.equal([checkpoint])
      } finally {
        process.chdir(before)
      }
    }))

  for (const [what, content] of [
    ['rows', 'id,email\n1,peter@example.com\n'],
    ['JSON of another kind', '{"version":1}'],
    [
      'a checkpoint whose totals are broken',
      '{"kind":"selfsame backfill checkpoint","version":1,"fingerprint":{},"duration":1,"rejects":{"bytes":0},"totals":{"rows":-1}}',
    ],
    ['nothing', ''],
    ['far more than a checkpoint', '{'.repeat(2_000_000)],
  ] as const) {
    it(`is not overwritten if it holds ${what}, not even with resume: false`, () =>
      withBench(async ({ options, folder }) => {
        const path = join(folder, 'checkpoint.json')
        await writeFile(path, content)
        for (const resume of ['auto', false] as const) {
          const error = await errorOf(backfill(people(1), { ...options, resume }))
          expect(error).to.be.instanceOf(BackfillError).and.include({ code: 'bad_checkpoint' })
        }
        expect(await readFile(path, 'utf8')).to.equal(content)
      }))
  }

  it('is not followed if it is a symbolic link', () =>
    withBench(async ({ options, folder }) => {
      await writeFile(join(folder, 'precious'), 'precious')
      await symlink(join(folder, 'precious'), join(folder, 'checkpoint.json'))
      const error = await errorOf(backfill(people(1), options))
      expect(error).to.include({ code: 'bad_checkpoint' })
      expect(await readFile(join(folder, 'precious'), 'utf8')).to.equal('precious')
    }))

  it('stops the run before anything is sent if it cannot be written: what cannot be resumed must not run for hours', () =>
    withBench(async ({ options, folder, collector }) => {
      const checkpoint = join(folder, 'nowhere', 'checkpoint.json')
      const error = await errorOf(backfill(people(10_000), { ...options, checkpoint }))
      expect(error).to.be.instanceOf(BackfillError).and.include({ code: 'file_failed' })
      expect((error as Error).message).to.include('ENOENT')
      expect(collector.requests).to.have.lengthOf(0)
    }))

  it('false: none is written', () =>
    withBench(async ({ options, folder }) => {
      const report = await backfill(people(10), { ...options, checkpoint: false })
      expect(report).to.include({ delivered: 10, checkpoint: undefined })
      expect(await readdir(folder)).to.deep.equal([])
    }))
})

describe('the rejects of a resumed run', () => {
  const broken = (person: Person): void => {
    if (Number(String(person.id).slice(1)) % 10 === 3) person.at = 'yesterday'
  }

  for (const [what, change] of [
    ['are each there once', () => Promise.resolve()],
    [
      'are each there once if a killed run had written more of them, and part of a line',
      (path: string) => appendFile(path, '{"key":99999,"reason":"later"}\n{"key":'),
    ],
  ] as [string, (path: string) => Promise<void>][]) {
    it(what, () =>
      withBench(async ({ options, folder, rejects }) => {
        const { rejected } = await stopAt(1_000, people(2_000, broken), options)
        expect(rejected).to.be.above(10)
        await change(join(folder, 'rejects.ndjson'))
        const report = await backfill(people(2_000, broken), again(options))
        expect(report).to.include({ rows: 2_000, rejected: 200, delivered: 1_800 })
        expect((await rejects()).map(({ key }) => key)).to.deep.equal(
          [...Array(200).keys()].map((n) => n * 10 + 3),
        )
      }),
    )
  }

  for (const [what, change] of [
    ['mended', (path: string) => writeFile(path, '{"type":"identify"}\n'.repeat(500))],
    ['cut off', (path: string) => truncate(path, 7)],
  ] as [string, (path: string) => Promise<void>][]) {
    it(`are left alone if the file was ${what} since, and renamed`, () =>
      withBench(async ({ options, folder }) => {
        await stopAt(1_000, people(2_000, broken), options)
        const path = join(folder, 'rejects.ndjson')
        await change(path)
        const changed = await readFile(path, 'utf8')
        const report = await backfill(people(2_000, broken), again(options))
        expect(report.rejected).to.equal(200)
        expect(await readFile(join(folder, 'rejects.1.ndjson'), 'utf8')).to.equal(changed)
      }))
  }

  it('begin a new file if the old one was moved away', () =>
    withBench(async ({ options, folder, rejects }) => {
      const { rejected } = await stopAt(1_000, people(2_000, broken), options)
      await mkdir(join(folder, 'old'))
      await rename(join(folder, 'rejects.ndjson'), join(folder, 'old', 'rejects.ndjson'))
      await backfill(people(2_000, broken), again(options))
      expect(await rejects()).to.have.lengthOf(200 - rejected)
    }))
})
