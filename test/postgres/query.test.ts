// Rows of a PostgreSQL query, in a real server: all of them, in flat memory, and resumable.

import { existsSync } from 'node:fs'
import { expect } from 'chai'
import { postgresSource } from '../../lib/backfill/sources/postgres-source.js'
import type { BackfillReport } from '../../lib/backfill/report.js'
import type { BrokenRow, SourceRow } from '../../lib/backfill/sources/source.js'
import { withCommand } from '../cli/command.js'
import { Cluster } from './cluster.js'

const total = 200_000
const query = 'select id, email, plan, created_at from users'
const mapping = [
  '--user-id',
  'id',
  '--timestamp',
  'created_at',
  '--trait',
  'email',
  '--trait',
  'plan',
]

type Item = SourceRow<Record<string, unknown>> | BrokenRow

describe('a query of PostgreSQL', function () {
  let cluster: Cluster

  before(async () => {
    cluster = new Cluster()
    await cluster.query(
      'create table users (id bigint primary key, email text, plan text, created_at timestamptz, note text)',
      `insert into users select i, 'u' || i || '@example.com', 'free',
        timestamptz '2014-01-01 00:00:00Z' + i * interval '1 second', repeat('x', 200)
        from generate_series(1, ${total}) i`,
    )
  })

  after(() => {
    cluster.stop()
  })

  const itemsOf = async (
    text: string,
    key?: string,
    after?: { position: { key?: unknown }; rows: number },
  ): Promise<Item[]> => {
    const items: Item[] = []
    for await (const item of postgresSource({ url: cluster.url, query: text, key }).open(after))
      items.push(item)
    return items
  }
  const errorOf = async (work: Promise<unknown>): Promise<string> =>
    await work.then(
      () => 'no error',
      (error: unknown) => String(error),
    )

  it('of 200,000 rows is delivered completely, with constant memory, even if it is killed meanwhile', () =>
    withCommand(async ({ start, run, collector }) => {
      const args = [
        ...['backfill', '--from', cluster.url, '--query', `${query};`, '--key', 'id', ...mapping],
        ...['--rate', '0', '--json'],
      ]
      // Memory: what the heap may hold at most is far less than the result.
      const env = { NODE_OPTIONS: '--max-old-space-size=48' }
      for (const delivered of [20_000, 90_000, 150_000]) {
        const { child, outcome } = start(args, { env })
        await collector.waitFor(delivered, { timeout: 60_000 })
        child.kill('SIGKILL')
        expect((await outcome).code).to.equal(null)
      }
      const { code, stdout, stderr } = await run(args, { env })
      expect(code, stderr).to.equal(0)
      expect(JSON.parse(stdout) as BackfillReport).to.deep.include({
        rows: total,
        messages: total,
        delivered: total,
        rejected: 0,
        completed: true,
      })
      expect(collector.accepted).to.equal(total)
      expect(new Set(collector.messages.map(({ userId }) => userId)).size).to.equal(total)
    }))

  it('is one cursor, which the server keeps: nothing is asked for before it is wanted', async () => {
    const rows = postgresSource({ url: cluster.url, query: 'select * from users a, users b' })
    for await (const item of rows.open()) {
      expect(item).to.have.nested.property('row.id', 1)
      break
    }
    // Its connection is gone with it.
    for (let left = 1; left > 0;) {
      const running = await cluster.query(
        `select 1 from pg_stat_activity where application_name = 'selfsame'`,
      )
      left = running.length
    }
  })

  it('is resumed after a key, and only with one', async () => {
    const few = 'select id from users where id <= 10'
    const all = await itemsOf(few, 'id')
    expect(all.map(({ position }) => position.key)).to.deep.equal(
      Array.from({ length: 10 }, (_, index) => String(index + 1)),
    )
    expect(await itemsOf(few, 'id', { position: { key: '7' }, rows: 7 })).to.deep.equal(
      all.slice(7),
    )
    const error = await errorOf(itemsOf(few, undefined, { position: {}, rows: 7 }))
    expect(error).to.include('a query can be resumed only if it has a key')
  })

  it('refuses a key that would lose rows', async () => {
    expect(await errorOf(itemsOf('select 1 as id union all select 1', 'id'))).to.include(
      'is not unique',
    )
    const again = { position: { key: '1' }, rows: 1 }
    expect(await errorOf(itemsOf('select 1 as id union all select 1', 'id', again))).to.include(
      'is not unique',
    )
    const [, broken] = await itemsOf('select 1 as id union all select null', 'id')
    expect(broken).to.deep.include({ broken: 'the key id is null' })
    const micro = `select timestamp '2014-01-01 00:00:00.000001' + i * interval '1 microsecond' as at from generate_series(0, 4) i`
    const all = await itemsOf(micro, 'at')
    const [, second] = all
    const after = { position: second?.position ?? {}, rows: 2 }
    expect(await itemsOf(micro, 'at', after)).to.deep.equal(all.slice(2))
  })

  it('has values that nothing is lost of', async () => {
    const [item] = await itemsOf(
      `select 9007199254740993::bigint as big, 7::bigint as small, 12.50::numeric as price,
        0.1234567890123456789::numeric as long, date '2014-02-03' as day,
        timestamp '2014-02-03 04:05:06' as bare, timestamptz '2014-02-03 04:05:06+02' as zoned,
        '{"a":[1]}'::jsonb as json, true as yes, null as nothing, '"' as text`,
    )
    expect(item)
      .to.have.property('row')
      .that.deep.equals({
        big: '9007199254740993',
        small: 7,
        price: 12.5,
        long: '0.1234567890123456789',
        day: '2014-02-03',
        bare: new Date('2014-02-03T04:05:06Z'),
        zoned: new Date('2014-02-03T02:05:06Z'),
        json: { a: [1] },
        yes: true,
        nothing: null,
        text: '"',
      })
  })

  it('that fails is an error that says why', async () => {
    expect(await errorOf(itemsOf('select * from nowhere'))).to.include(
      'the query failed: relation "nowhere" does not exist',
    )
    const source = postgresSource({ url: 'postgres://127.0.0.1:1/none', query: 'select 1' })
    expect(await errorOf(source.open()[Symbol.asyncIterator]().next())).to.include(
      'no connection to PostgreSQL',
    )
  })

  it('says that it cannot be resumed without a key when it is interrupted, and keeps no checkpoint', () =>
    withCommand(async ({ start, collector, at }) => {
      const args = ['backfill', '--from-env', 'DATABASE_URL', '--query', query, ...mapping]
      const { child, outcome } = start([...args, '--rate', '500'], {
        env: { DATABASE_URL: cluster.url },
      })
      await collector.waitFor(100, { timeout: 20_000 })
      child.kill('SIGINT')
      const { code, stderr } = await outcome
      expect(code).to.equal(130)
      expect(stderr).to.include('a query without --key cannot be resumed')
      expect(existsSync(at('query.checkpoint.json'))).to.equal(false)
    }))
})
