// Queries of the user's own: they read rows, and nothing else.
import { expect } from 'chai'
import { takeIn } from '../../lib/intake/take-in.js'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { QueryRejected } from '../../lib/store/errors.js'
import { openPostgresStore } from '../../lib/store/postgres/postgres-store.js'
import type { Store } from '../../lib/store/store.js'
import { type Database, emptyDatabase } from './database.js'
import { message } from './messages.js'

const LIMITS = { rows: 1_000, timeout: 2_000 }

/** Each would do something, or read what is not a table's. The role of the tests is a superuser. */
const HOSTILE = [
  'drop table selfsame.messages',
  'delete from selfsame.messages',
  "insert into selfsame.operations (seq, space, kind, at, details) values (1, '', '', now(), '')",
  "update selfsame.profiles set space = 'x'",
  'with gone as (delete from selfsame.messages returning *) select * from gone',
  'select 1; drop table selfsame.messages',
  'select 1; commit; drop table selfsame.messages',
  'commit',
  'rollback',
  'set transaction read write',
  "select set_config('transaction_read_only', 'off', true)",
  "select set_config('statement_timeout', '0', false)",
  "select SET_CONFIG ( 'role', 'none', true)",
  "select \"set_config\"('a.b', '1', true)",
  "select set_config/* */('a.b', '1', true)",
  "select current_setting('data_directory')",
  "select pg_read_file('/etc/passwd')",
  "select pg_catalog.pg_read_file('/etc/passwd')",
  'select "pg_read_file"(\'/etc/passwd\')',
  'select U&"pg\\005fread_file"(\'/etc/passwd\')',
  "select e'a'\n'\\'', lo_import('/etc/passwd'), ''",
  "select '' /* /* */ */, lo_import('/etc/passwd')",
  "select $a$ $b$ $a$, lo_import('/etc/passwd') --$b$",
  "select lo_import('/etc/passwd')",
  "select lo_from_bytea(0, 'x')",
  "select pg_ls_dir('/')",
  "select * from pg_ls_dir('/')",
  'select * from pg_hba_file_rules',
  'select rolpassword from pg_authid',
  'select * from pg_stat_activity',
  'select * from information_schema.tables',
  "copy selfsame.messages to '/tmp/stolen'",
  "copy selfsame.messages to program 'id'",
  'select pg_sleep(1)',
  'select pg_terminate_backend(1)',
  'select pg_advisory_lock(8315161591668141413)',
  "select pg_notify('a', 'b')",
  "select nextval('selfsame.operations_selfsame_row_seq')",
  "select query_to_xml('drop table selfsame.messages', true, true, '')",
  "select * from ts_stat('select 1')",
  "select * from dblink('host=/tmp', 'select 1') as t (a int)",
  "select * from t, lo_import('x') as (a int)",
  'with a (b) as (select 1), lo_import(c) as (select 2) select 1',
  'select * from selfsame.messages for update',
  'explain analyze select 1',
  "do $$ begin execute 'drop table selfsame.messages'; end $$",
  'prepare a as select 1',
  'listen a',
  'vacuum',
  'select $1',
  "select '",
  'select "',
  'select /* 1',
  '',
  ' -- nothing',
]

describe('SQL in PostgreSQL', function () {
  let database: Database
  let store: Store

  before(async () => {
    database = await emptyDatabase()
    store = await openPostgresStore(database.url)
    const batch = [1, 2, 3].map((n) =>
      message({ messageId: `m${n}`, userId: `u${n}`, event: 'Signed Up', properties: { n } }),
    )
    await takeIn(store, rulesFrom(), batch)
  })
  after(async () => {
    await store.close()
    await database.release()
  })

  const sql = (text: string, limits = LIMITS) => store.sql(text, limits)
  const errorOf = (text: string, limits = LIMITS): Promise<unknown> =>
    sql(text, limits).then(
      () => undefined,
      (error: unknown) => error,
    )

  it('reads tables of the sources and of the store, without naming schemas', async () => {
    const result = await sql('select id, n from signed_up order by n desc;')
    expect(result).to.deep.equal({
      columns: ['id', 'n'],
      rows: [
        ['m3', 3],
        ['m2', 2],
        ['m1', 1],
      ],
      isCut: false,
    })
    const { rows } = await sql(`
      with first (person, at) as (select person_id, min(seq) from people_messages group by person_id)
      select count(*), string_agg(p.user_id, ',' order by p.user_id), (array_agg(p.user_id))[1] is not null
      from people p join first f on f.person = p.id where p.traits::text = '{}' and at in (1, 2, 3)`)
    expect(rows).to.deep.equal([[3, 'u1,u2,u3', true]])
  })

  it('gives at most as many rows as asked for, and says that there are more', async () => {
    const result = await sql('select n from generate_series(1, 1000000) as g (n)')
    expect(result.rows).to.have.length(1_000)
    expect(result.isCut).to.equal(true)
    expect((await sql('values (1), (2)', { ...LIMITS, rows: 2 })).isCut).to.equal(false)
  })

  for (const text of HOSTILE) {
    it(`refuses ${JSON.stringify(text)}`, async () => {
      expect(await errorOf(text)).to.be.an.instanceOf(QueryRejected)
    })
  }

  it('has changed nothing and kept no lock', async () => {
    expect((await store.messages({})).length).to.equal(3)
    const locks = await database.query(`select * from pg_locks where locktype = 'advisory'`)
    expect(locks).to.deep.equal([])
    await takeIn(store, rulesFrom(), [message({ messageId: 'm4', userId: 'u4' })])
    expect((await store.counts()).messages).to.equal(4)
  })

  it('ends a query that takes too long', async () => {
    const began = performance.now()
    const error = await errorOf(
      'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b',
      { rows: 10, timeout: 300 },
    )
    expect(error).to.be.an.instanceOf(QueryRejected)
    expect(String(error)).to.include('longer than 300 ms')
    expect(performance.now() - began).to.be.below(5_000)
  })

  it('ends a query whose result is too large', async () => {
    const error = await errorOf("select repeat('x', 10000000) from generate_series(1, 100)", {
      rows: 1_000,
      timeout: 20_000,
    })
    expect(String(error)).to.include('32 MiB')
  })

  it('says what PostgreSQL says of a query that is wrong', async () => {
    expect(String(await errorOf('select plan from users'))).to.match(/"?users"? does not exist/)
    expect(String(await errorOf('select 1/0'))).to.include('division by zero')
    expect(String(await errorOf('select from where'))).to.include('syntax error')
  })
})
