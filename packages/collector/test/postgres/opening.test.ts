// A database is opened, or it is said why it cannot be.
import { expect } from 'chai'
import { takeIn } from '../../lib/intake/take-in.js'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { StoreNotUsable, StoreUnavailable } from '../../lib/store/errors.js'
import { openStore } from '../../lib/store/open/open-store.js'
import { loadDriver } from '../../lib/store/postgres/driver.js'
import { VERSION } from '../../lib/store/postgres/migrations.js'
import { openPostgresStore } from '../../lib/store/postgres/postgres-store.js'
import { schemaNames } from '../../lib/store/postgres/schema-names.js'
import { type Database, emptyDatabase, server } from './database.js'
import { message, SOURCE } from './messages.js'

const errorOf = (work: Promise<unknown>): Promise<Error & { cause?: unknown }> =>
  work.then(
    () => new Error('nothing went wrong'),
    (error: unknown) => error as Error,
  )

describe('opening a PostgreSQL store', function () {
  let database: Database
  beforeEach(async () => {
    database = await emptyDatabase()
  })
  afterEach(() => database.release())

  it('opens what the address names', async () => {
    const store = await openStore(database.url)
    expect(store.kind).to.equal('postgres')
    await store.close()
    expect(String(await errorOf(store.counts()))).to.include('The store is closed')
  })

  it('takes from the environment what the address leaves out', async () => {
    const { searchParams, pathname } = new URL(database.url.replace('@/', '@localhost/'))
    const before = { ...process.env }
    Object.assign(process.env, {
      PGHOST: searchParams.get('host'),
      PGUSER: 'tester',
      PGDATABASE: pathname.slice(1),
    })
    try {
      const store = await openPostgresStore('postgres://')
      await takeIn(store, rulesFrom(), [message({ userId: 'u1' })])
      expect((await store.counts()).messages).to.equal(1)
      await store.close()
    } finally {
      process.env = before
    }
    const [row] = await database.query('select count(*)::int as n from selfsame.messages')
    expect(row?.n).to.equal(1)
  })

  it('refuses a database of a newer version, also when it becomes newer', async () => {
    const store = await openPostgresStore(database.url)
    await database.query(`update selfsame.selfsame_state set version = ${VERSION + 1}`)
    for (const error of [
      await errorOf(openPostgresStore(database.url)),
      await errorOf(takeIn(store, rulesFrom(), [message({ userId: 'u1' })])),
    ]) {
      expect(error).to.be.an.instanceOf(StoreNotUsable)
      expect(error.message).to.include('newer version of @selfsame/collector')
    }
    await store.close()
  })

  it('never shows a password', async () => {
    const urls = [
      'postgres://jane:hunter2@[/x',
      'mysql://jane:hunter2@localhost/x',
      'postgres://jane:hunter2%@localhost/x',
      'postgres://jane:hunter2@127.0.0.1:1/x',
      'postgres://jane:hunter2@127.0.0.1:99999/x',
      'postgres://jane:hunter2@no-such-host.invalid/x',
      server().urlOf('no_such_database').replace('tester', 'tester:hunter2'),
      server().urlOf(database.name, 'nobody:hunter2'),
    ]
    for (const url of urls) {
      const error = await errorOf(openPostgresStore(url))
      expect(error, url).to.satisfy(
        (e: unknown) => e instanceof StoreNotUsable || e instanceof StoreUnavailable,
      )
      const { inspect } = await import('node:util')
      expect(inspect(error, { depth: 10, showHidden: true })).not.to.include('hunter2')
    }
  })

  it('says who lacks what right', async () => {
    await database.query(
      `do $$ begin create role reader login; exception when duplicate_object then null; end $$`,
    )
    const error = await errorOf(openPostgresStore(server().urlOf(database.name, 'reader')))
    expect(error).to.be.an.instanceOf(StoreNotUsable)
    expect(error.message).to.match(/permission denied.*GRANT CREATE ON DATABASE/)
  })

  it('works for a user who owns nothing but the schemas', async () => {
    await database.query(
      `do $$ begin create role keeper login; exception when duplicate_object then null; end $$`,
      `grant create on database ${database.name} to keeper`,
    )
    const store = await openPostgresStore(server().urlOf(database.name, 'keeper'))
    await takeIn(store, rulesFrom(), [message({ userId: 'u1' })])
    expect(
      (await store.sql('select type from messages', { rows: 1, timeout: 2_000 })).rows,
    ).to.deep.equal([['track']])
    await store.close()
  })

  it('tells a server that is not there from one that refuses', async () => {
    expect(await errorOf(openPostgresStore('postgres://127.0.0.1:1/x'))).to.be.an.instanceOf(
      StoreUnavailable,
    )
  })

  it('has node-postgres', async () => {
    expect((await loadDriver()).Pool).to.be.a('function')
  })
})

describe('the schema of a source', () => {
  it('is its name in snake case, and never one of the system', () => {
    const names = (source: string) => schemaNames(source)[0]
    expect(names('My Shop')).to.equal('my_shop')
    expect(names('iOS App')).to.equal('i_os_app')
    for (const reserved of ['selfsame', 'public', 'information_schema', 'pg_catalog', 'PG Temp']) {
      expect(names(reserved)).to.match(/^source_/)
    }
    expect(names('注文')).to.match(/^source_[0-9a-f]{8}$/)
    expect(names('')).to.match(/^source_[0-9a-f]{8}$/)
    const [long, longer] = ['x'.repeat(70), 'x'.repeat(71)].map(names)
    expect(long).to.have.length(63)
    expect(long).not.to.equal(longer)
  })

  it('is its own where names meet, and where somebody else has it', async () => {
    const database = await emptyDatabase()
    try {
      await database.query('create schema my_shop')
      const store = await openPostgresStore(database.url)
      const sources = [SOURCE, 'my-shop', '"; drop schema selfsame cascade; --', 'public']
      for (const source of sources) {
        await takeIn(store, rulesFrom(), [{ ...message({ userId: 'u1' }), source }])
      }
      const tables = (await store.tables()).filter(({ name }) => name === 'tracks')
      expect(tables.map(({ rows }) => rows)).to.deep.equal(sources.map(() => 1))
      const schemas = tables.map(({ schema }) => schema).sort()
      expect(new Set(schemas).size).to.equal(sources.length)
      expect(schemas).not.to.include('my_shop')
      expect(schemas).to.include.members(['source_public', 'drop_schema_selfsame_cascade'])
      await store.close()
    } finally {
      await database.release()
    }
  })
})
