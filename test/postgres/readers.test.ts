// Several readers of one query: each reads a range of the key.

import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { postgresSource } from '../../lib/backfill/sources/postgres-source.js'
import type { BackfillReport } from '../../lib/backfill/report.js'
import type { BrokenRow, RowPosition, SourceRow } from '../../lib/backfill/sources/source.js'
import { withCommand } from '../cli/command.js'
import { Cluster } from './cluster.js'

const total = Number(process.env.SELFSAME_ROWS ?? 40_000)
const kills = Number(process.env.SELFSAME_KILLS ?? 3)
const query = 'select id, created_at from users'

type Item = SourceRow<Record<string, unknown>> | BrokenRow

describe('several readers of a query of PostgreSQL', function () {
  let cluster: Cluster

  before(async () => {
    cluster = new Cluster()
    await cluster.query(
      'create table users (id bigint primary key, created_at timestamptz)',
      `insert into users select i, timestamptz '2014-01-01Z' + i * interval '1 second'
        from generate_series(1, ${total}) i`,
    )
  })
  after(() => {
    cluster.stop()
  })

  async function read(
    text: string,
    readers: number,
    after?: { position: RowPosition; rows: number },
  ): Promise<Item[]> {
    const items: Item[] = []
    const source = postgresSource({ url: cluster.url, query: text, key: 'id', readers })
    for await (const item of source.open(after)) items.push(item)
    return items
  }

  const keysOf = (items: readonly Item[]): number[] =>
    items.map(({ position }) => Number(position.key))

  async function reasonOf(work: Promise<unknown>): Promise<string> {
    return await work.then(
      () => 'no error',
      (error: unknown) => String(error),
    )
  }

  it('read every row once, each reader in the order of its keys', async () => {
    const items = await read(query, 4)
    const keys = keysOf(items)
    expect(keys).to.have.length(total)
    expect(new Set(keys).size).to.equal(total)
    for (let quarter = 0; quarter < 4; quarter++) {
      const until = (n: number): number =>
        n === 4 ? Infinity : Math.floor(1 + ((total - 1) * n) / 4)
      const of = keys.filter((key) => key >= until(quarter) && key < until(quarter + 1))
      expect(of.length).to.be.within(total / 4 - 1, total / 4 + 1)
      expect(of).to.deep.equal([...of].sort((a, b) => a - b))
    }
    // They take turns.
    const quarters = new Set(keys.slice(0, total / 4).map((key) => Math.floor((key * 4) / total)))
    expect(quarters.size).to.be.greaterThan(1)
  })

  it('resume at any row, and leave out none', async () => {
    const items = await read(query, 3)
    for (const rows of [1, 1_001, Math.floor(total / 2), total]) {
      const { position } = items[rows - 1]!
      const saved = JSON.parse(JSON.stringify(position)) as RowPosition
      const rest = keysOf(await read(query, 3, { position: saved, rows }))
      const all = [...keysOf(items.slice(0, rows)), ...rest]
      expect(all).to.have.length(total)
      expect(new Set(all).size).to.equal(total)
    }
  })

  it('read rows of every key that a number has', async () => {
    const values = `(-5.5), (0), (1e30), (null), (7.25), ('NaN')`
    const items = await read(`select id from (values ${values}) as t (id)`, 3)
    const ids = items.filter((item) => 'row' in item).map(({ position }) => position.key)
    expect(ids).to.have.members(['-5.5', '0', String(10n ** 30n), '7.25', 'NaN'])
    expect(items.filter((item) => 'broken' in item)).to.have.length(1)
  })

  it('read nothing of an empty query, and one row of a query of one', async () => {
    expect(await read('select 1 as id where false', 4)).to.deep.equal([])
    expect(keysOf(await read('select 1 as id', 4))).to.deep.equal([1])
  })

  it('notice a key that is not unique', async () => {
    const twice = 'select 1 as id union all select 1 union all select 2'
    expect(await reasonOf(read(twice, 2))).to.match(/the key id is not unique/)
  })

  it('need a key that is a number', async () => {
    expect(await reasonOf(read(`select 'a' as id`, 2))).to.equal(
      'SourceError: several readers need a key that is a number, and id is text: leave out readers, or choose another key',
    )
    expect(() => postgresSource({ url: cluster.url, query, readers: 2 })).to.throw(/'?key'?/)
  })

  it('resume only with as many', async () => {
    const [first] = await read(query, 2)
    const { position } = first!
    const reason = /the checkpoint is that of a run with 2 readers: resume with as many/
    expect(await reasonOf(read(query, 3, { position, rows: 1 }))).to.match(reason)
    expect(await reasonOf(read(query, 1, { position, rows: 1 }))).to.match(reason)
    const single = { position: { key: '1' }, rows: 1 }
    expect(await reasonOf(read(query, 2, single))).to.match(/a run with one reader/)
  })

  it(`killed ${kills} times lose nothing, and repeat at most what was in flight`, () =>
    withCommand(async ({ start, run, collector, at }) => {
      const args = [
        ...['backfill', '--from', cluster.url, '--query', query, '--key', 'id', '--readers', '4'],
        ...['--user-id', 'id', '--timestamp', 'created_at', '--rate', '0', '--json'],
      ]
      for (let kill = 1; kill <= kills; kill++) {
        const { child, outcome } = start(args)
        await collector.waitFor(Math.floor((total * kill) / (kills + 1)), { timeout: 60_000 })
        child.kill('SIGKILL')
        await outcome
      }
      const { code, stderr } = await run(args.map((arg) => (arg === '4' ? '2' : arg)))
      expect(code).to.equal(1)
      expect(stderr).to.match(
        /the checkpoint is that of a run with 4 readers: resume with as many; --no-resume begins/,
      )
      const last = await run(args)
      expect(last.code, last.stderr).to.equal(0)
      expect(JSON.parse(last.stdout) as BackfillReport).to.deep.include({
        rows: total,
        delivered: total,
        completed: true,
      })
      const users = new Set(collector.messages.map(({ userId }) => userId))
      expect(users.size).to.equal(total)
      // A window: maxInFlight + 1 requests.
      expect(collector.duplicates).to.be.at.most(kills * 5 * 2_500)
      const saved = JSON.parse(readFileSync(at('query.checkpoint.json'), 'utf8')) as {
        position: { readers: unknown[] }
      }
      expect(saved.position.readers).to.have.length(4)
    }))

  it('reject rows by their key alone', () =>
    withCommand(async ({ run, at }) => {
      const bad = `select id, case id when 3 then '' else 'u' || id end as who from users where id < 9`
      const { code } = await run([
        ...['backfill', '--from', cluster.url, '--query', bad, '--key', 'id', '--readers', '2'],
        ...['--user-id', 'who', '--timestamp-now'],
      ])
      expect(code).to.equal(3)
      const line = JSON.parse(readFileSync(at('query.rejects.ndjson'), 'utf8')) as object
      expect(line).to.include({ key: '3' }).and.not.have.any.keys('readers')
    }))
})
