// The file of a SQLite store: whose it is, who may read it, what is left in it, and what may be asked of it.
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { takeIn } from '../../lib/intake/take-in.js'
import { openStore } from '../../lib/store/open/open-store.js'
import { connect } from '../../lib/store/sqlite/connect.js'
import { openSqliteStore } from '../../lib/store/sqlite/sqlite-store.js'
import type { Store } from '../../lib/store/store.js'
import { incoming, SPACE, START, take } from './conformance/examples.js'
import { drivers } from './drivers.js'

const LIMITS = { rows: 1000, timeout: 10_000 }

for (const driver of drivers) {
  describe(`a SQLite file by ${driver}`, () => {
    let folder: string
    let path: string
    const opened: Store[] = []

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'selfsame-'))
      path = join(folder, 'events.db')
    })

    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close()
      await rm(folder, { recursive: true, force: true })
    })

    async function open(options: { maxBytes?: number } = {}): Promise<Store> {
      const store = await openSqliteStore({ path, driver, indexEvery: 3, ...options })
      opened.push(store)
      return store
    }

    it("is nobody else's to read, nor is what stands beside it", async () => {
      const store = await open()
      await take(store, [{ userId: 'u1' }])
      const names = await readdir(folder)
      expect(names.sort()).to.deep.equal(['events.db', 'events.db-shm', 'events.db-wal'])
      for (const name of names) {
        expect((await stat(join(folder, name))).mode & 0o777, name).to.equal(0o600)
      }
      await store.close()
      expect(await readdir(folder)).to.include('events.db')
      const [copied] = await readOnly(path, 'SELECT count(*) FROM messages')
      expect(copied).to.deep.equal([1])
    })

    it('is refused if it is no SQLite file, and left as it was', async () => {
      await writeFile(path, 'name,email\nJane,jane@example.com\n'.repeat(100))
      const before = await readFile(path)
      const error = await failure(open())
      expect(error).to.have.property('name', 'StoreNotUsable')
      expect(error.message).to.include(path).and.include('not a SQLite file')
      expect(await readFile(path)).to.deep.equal(before)
    })

    it('is refused if it is of another program, and left as it was', async () => {
      const other = await connect(path, driver)
      other.exec('CREATE TABLE precious (x)')
      other.close()
      const before = await readFile(path)
      const error = await failure(open())
      expect(error).to.have.property('name', 'StoreNotUsable')
      expect(error.message).to.include('another program')
      expect(await readFile(path)).to.deep.equal(before)
    })

    it('is refused if a newer version wrote it', async () => {
      await (await open()).close()
      const connection = await connect(path, driver)
      connection.exec('PRAGMA user_version = 99')
      connection.close()
      const error = await failure(open())
      expect(error).to.have.property('name', 'StoreNotUsable')
      expect(error.message).to.include('newer version').and.include('99')
    })

    it('is refused if its folder is not there', async () => {
      path = join(folder, 'no', 'such', 'folder.db')
      const error = await failure(open())
      expect(error).to.have.property('name', 'StoreNotUsable')
      expect(error.message).to.include(path)
    })

    it('may be opened by several at once, and each sees what the others kept', async () => {
      const [one, two] = await Promise.all([open(), open()])
      await take(one, [{ messageId: 'm1', anonymousId: 'a1' }])
      await take(two, [
        { messageId: 'm1', anonymousId: 'a1' },
        { messageId: 'm2', userId: 'u1', event: 'Other', properties: { new: 1 } },
      ])
      await take(one, [{ messageId: 'm3', userId: 'u1', anonymousId: 'a1' }])
      await take(two, [
        { messageId: 'm4', userId: 'u1', event: 'Other', properties: { newer: 1 } },
        { messageId: 'm5', type: 'identify', anonymousId: 'a1', traits: { plan: 'pro' } },
      ])
      await Promise.all(
        [one, two, one, two].map((store, i) =>
          take(store, [{ messageId: `both-${i}`, userId: 'u1', anonymousId: `b${i}` }]),
        ),
      )
      expect(await one.counts()).to.include({ messages: 9, profiles: 1, identifiers: 6 })
      expect(await two.profiles({})).to.deep.equal(await one.profiles({}))
      expect(await one.messages({ profileId: (await one.profiles({}))[0]?.id })).to.have.length(9)
    })

    it('waits for another process that has it, without stopping the event loop', async () => {
      const store = await open()
      const other = await connect(path, driver)
      other.exec('BEGIN IMMEDIATE')
      let turns = 0
      const timer = setInterval(() => (turns += 1), 1)
      const taking = take(store, [{ messageId: 'm1', userId: 'u1' }])
      while (turns < 5) await new Promise((resolve) => setTimeout(resolve, 1))
      clearInterval(timer)
      other.exec('COMMIT')
      expect((await taking)[0]?.isDuplicate).to.equal(false)
      other.close()
    })

    it('says that it is unavailable when it is full, keeps nothing of it, and recovers', async () => {
      let store = await open({ maxBytes: 2_000_000 })
      await take(store, [{ messageId: 'before', userId: 'u1' }])
      const large = { userId: 'u1', properties: { text: 'x'.repeat(30_000) } }
      const lost = { messageId: 'lost', userId: 'u2', event: 'Lost' }
      const error = await failure(take(store, [lost, ...Array.from({ length: 100 }, () => large)]))
      expect(error).to.have.property('name', 'StoreUnavailable')
      expect(error).to.have.property('retryAfter', 30)
      expect(await store.messages({})).to.have.length(1)
      expect((await store.tables()).map(({ name }) => name)).not.to.include('lost')
      // What is small enough still finds room.
      expect((await take(store, [lost]))[0]?.isDuplicate).to.equal(false)
      await store.close()
      store = await open()
      expect(await store.counts()).to.include({ messages: 2, profiles: 2 })
      await take(
        store,
        Array.from({ length: 100 }, () => large),
      )
      expect((await store.counts()).messages).to.equal(102)
    })

    it('has no byte left of somebody who was erased', async () => {
      const store = await open()
      const marks = [
        'zqsecretuser',
        'zqvisitor',
        'zqmail',
        'zqplan',
        'zqcity',
        'zqnote',
        'zqmessage',
      ]
      const fill = Array.from({ length: 400 }, (_, i) => ({
        userId: `other-${i % 50}`,
        anonymousId: `a${i}`,
        event: 'Signed Up',
        properties: { text: 'y'.repeat(i * 7) },
      }))
      await take(store, fill.slice(0, 200))
      for (let i = 0; i < 20; i++) {
        await take(store, [
          { messageId: `zqmessage-${i}`, anonymousId: 'zqvisitor' },
          {
            type: 'identify',
            userId: 'zqsecretuser',
            traits: {
              email: 'zqmail@example.com',
              plan: `zqplan ${i}`,
              address: { city: 'zqcity' },
            },
          },
          {
            userId: 'zqsecretuser',
            anonymousId: i === 10 ? 'zqvisitor' : 'null',
            event: 'Signed Up',
            properties: { id: 'zqnote', note: `zqnote ${'x'.repeat(i * 900)}` },
          },
        ])
      }
      await take(store, fill.slice(200))
      const bytes = async () => {
        const names = await readdir(folder)
        return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))))
      }
      const before = await bytes()
      for (const mark of marks) expect(before.includes(mark), mark).to.equal(true)

      const person = await store.profileOf(SPACE, { type: 'user_id', value: 'zqsecretuser' })
      await store.transaction((transaction) => transaction.erase(SPACE, [person?.id ?? '']))
      const after = await bytes()
      for (const mark of marks) expect(after.includes(mark), mark).to.equal(false)
      expect(after.includes('zq')).to.equal(false)
      expect(await store.messages({ limit: 1000 })).to.have.length(400)
      // Rows are still found by the places of their messages.
      const other = await store.profileOf(SPACE, { type: 'user_id', value: 'other-7' })
      const gone = await store.transaction((transaction) =>
        transaction.erase(SPACE, [other?.id ?? '']),
      )
      expect(gone.messages).to.equal(8)
      expect(gone.rows).to.equal(16)
    })

    describe('may be asked in SQL', () => {
      it('who somebody is, and what they did before they were known', async () => {
        const store = await open()
        await take(store, [
          { messageId: 'm1', anonymousId: 'a1', event: 'Product Viewed', at: START },
          { messageId: 'm2', anonymousId: 'a2', event: 'Product Viewed' },
          {
            messageId: 'm3',
            type: 'identify',
            userId: 'u1',
            anonymousId: 'a1',
            traits: {
              firstName: 'Jane',
              lastName: 'Doe',
              email: 'jane@example.com',
              isPro: true,
              gone: null,
            },
          },
          { messageId: 'm4', anonymousId: 'a3', event: 'Product Viewed', at: START + 5000 },
          { messageId: 'm5', userId: 'u1', anonymousId: 'a3', at: START + 6000 },
        ])
        const { columns, rows, isCut } = await store.sql(
          `SELECT v.id, p.email, p.name FROM people p JOIN people_messages m ON m.person_id = p.id
           JOIN product_viewed v ON v.id = m.message_id WHERE p.user_id = 'u1' ORDER BY m.seq`,
          LIMITS,
        )
        expect({ columns, rows, isCut }).to.deep.equal({
          columns: ['id', 'email', 'name'],
          rows: [
            ['m1', 'jane@example.com', 'Jane Doe'],
            ['m4', 'jane@example.com', 'Jane Doe'],
          ],
          isCut: false,
        })
        const people = await store.sql(
          `SELECT anonymous_ids, identifiers, traits, created_at, updated_at FROM people
           WHERE user_id = 'u1'`,
          LIMITS,
        )
        const [ids, identifiers, traits, ...times] = people.rows[0] ?? []
        expect(JSON.parse(String(ids))).to.deep.equal(['a1', 'a3'])
        expect(JSON.parse(String(identifiers))).to.deep.include({ type: 'user_id', value: 'u1' })
        expect(JSON.parse(String(traits))).to.deep.equal({
          firstName: 'Jane',
          lastName: 'Doe',
          email: 'jane@example.com',
          isPro: true,
        })
        expect(times).to.deep.equal([
          new Date(START).toISOString(),
          new Date(START + 6000).toISOString(),
        ])
        const all = await store.sql('SELECT message_id FROM people_messages ORDER BY 1', LIMITS)
        expect(all.rows.flat()).to.deep.equal(['m1', 'm2', 'm3', 'm4', 'm5'])
      })

      it('in a single statement that only reads', async () => {
        const store = await open()
        await take(store, [{ userId: 'u1' }])
        for (const text of [
          '',
          'DELETE FROM messages',
          'SELECT 1; DELETE FROM messages',
          'PRAGMA query_only = OFF',
          'ATTACH "x" AS y',
          'WITH x AS (SELECT 1) DELETE FROM messages',
          'EXPLAIN',
          'SELECT * FROM no_such_table',
          'VACUUM',
          'INSERT INTO messages DEFAULT VALUES',
          'SELECT 1 \u0000',
          // What libsql has for files, however its name is written.
          ...[
            'readfile',
            '"READFILE"',
            '[readfile]',
            '`readfile`',
            'readfile/**/',
            'readfile -- (\n',
          ].map((name) => `SELECT ${name}('/etc/passwd')`),
          `SELECT writefile('${join(folder, 'written')}', 'x')`,
          "WITH a(x) AS (SELECT 1), b(y) AS (SELECT readfile('/etc/passwd')) SELECT * FROM b",
          "SELECT readfile('/etc/passwd') AS materialized",
          "SELECT * FROM fsdir('/etc')",
          "SELECT * FROM 'fsdir'('/etc')",
          "SELECT * FROM fsdir WHERE path = '/etc'",
          `SELECT * FROM "FSDIR" WHERE path = '/etc'`,
          "SELECT * FROM 'fsdir' WHERE path = '/etc'",
          'SELECT * FROM pragma_database_list',
          "SELECT sha3_query('SELECT 1')",
          "SELECT load_extension('x')",
          'SELECT zeroblob(900000000)',
          'SELECT hex(randomblob(30000000))',
        ]) {
          const error = await failure(store.sql(text, LIMITS))
          expect(error, text).to.have.property('name', 'QueryRejected')
        }
        expect(existsSync(join(folder, 'written'))).to.equal(false)
        expect(await store.messages({})).to.have.length(1)
        const words = `WITH a(x) AS (SELECT 1), b(y, z) AS NOT MATERIALIZED (VALUES (2, 'readfile(')) SELECT count(*)
          FILTER (WHERE x IN (1, 2)) OVER (PARTITION BY y), CAST(y AS varchar(5)), json_extract('[1]', '$[0]'), z
          FROM a JOIN b ON (x < y) WHERE EXISTS (SELECT 1) AND (x LIKE ('1'))`
        expect((await store.sql(words, LIMITS)).rows).to.deep.equal([[1, '2', 1, 'readfile(']])
        const harmless = 'SELECT \';\' AS "a;b" -- ; DELETE\n/* ; */ ;'
        expect((await store.sql(harmless, LIMITS)).rows).to.deep.equal([[';']])
        expect((await store.sql('EXPLAIN QUERY PLAN SELECT 1', LIMITS)).columns).to.include(
          'detail',
        )
      })

      it('up to a limit of rows, and with columns of the same name', async () => {
        const store = await open()
        const numbers =
          'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i FROM n'
        const found = await store.sql(numbers, { rows: 3, timeout: 10_000 })
        expect(found).to.deep.equal({
          columns: ['i', 'i'],
          rows: [
            [1, 1],
            [2, 2],
            [3, 3],
          ],
          isCut: true,
        })
        const values = await store.sql(`VALUES (9007199254740993, x'00ff', 1.5, NULL)`, LIMITS)
        expect(values.rows).to.deep.equal([['9007199254740993', '00ff', 1.5, null]])
      })

      it('up to a limit of time, while messages are taken in', async () => {
        const store = await open()
        const endless =
          'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'
        const asked = failure(store.sql(endless, { rows: 1, timeout: 500 }))
        await take(store, [{ messageId: 'meanwhile', userId: 'u1' }])
        const error = await asked
        expect(error).to.have.property('name', 'QueryRejected')
        expect(error.message).to.include('500 ms')
        expect(await store.messages({})).to.have.length(1)
      })
    })
  })
}

describe('opening a store', () => {
  it('gives one in memory, or one in the file that is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'selfsame-'))
    try {
      const memory = await openStore()
      expect(memory.kind).to.equal('memory')
      expect(await failure(memory.sql('SELECT 1', LIMITS))).to.have.property(
        'name',
        'QueryRejected',
      )
      const path = join(folder, 'x.db')
      const sqlite = await openStore(path)
      expect(sqlite.kind).to.equal('sqlite')
      expect(existsSync(path)).to.equal(true)
      await takeIn(sqlite, rulesFrom(), [incoming({ userId: 'u1' })])
      await Promise.all([memory.close(), sqlite.close()])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('It did not fail')
}

async function readOnly(path: string, sql: string): Promise<unknown[][]> {
  const connection = await connect(path)
  try {
    return connection.prepare(sql).all([])
  } finally {
    connection.close()
  }
}
