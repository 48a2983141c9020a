// What PostgreSQL's own limits, and those who use its tables, must not keep from being stored.
import { expect } from 'chai'
import type { CollectedMessage } from '../../lib/messages/message.js'
import { takeIn } from '../../lib/intake/take-in.js'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { openPostgresStore } from '../../lib/store/postgres/postgres-store.js'
import type { Store } from '../../lib/store/store.js'
import { type Database, emptyDatabase } from './database.js'
import { message, SPACE } from './messages.js'

describe('tables in PostgreSQL', function () {
  this.timeout(60_000)
  let database: Database
  let store: Store
  beforeEach(async () => {
    database = await emptyDatabase()
    store = await openPostgresStore(database.url)
  })
  afterEach(async () => {
    await store.close()
    await database.release()
  })

  const take = (...messages: (Partial<CollectedMessage> & { at?: number })[]) =>
    takeIn(
      store,
      rulesFrom(),
      messages.map((each) => message(each)),
    )
  const rows = (table: string) => store.rows(table, { limit: 10_000 })

  it('keep ids and names that are longer than an entry of an index', async () => {
    const long = (name: string) => name + 'x'.repeat(9_000)
    const ids = { messageId: long('m'), userId: long('u'), anonymousId: long('a') }
    const external = { id: long('e'), type: long('t'), collection: 'users', encoding: 'none' }
    const context = { externalIds: [external] }
    await take({ ...ids, type: 'identify', traits: { name: long('n') }, context })
    await take({ ...ids, messageId: long('M'), type: 'group', groupId: long('g'), context })
    const [duplicate] = await take({ ...ids, event: 'Again' })
    expect(duplicate).to.deep.equal({ isDuplicate: true })
    const profile = await store.profileOf(SPACE, { type: 'user_id', value: long('u') })
    expect(profile?.mappings.map(({ type, value }) => [type, value]).sort()).to.deep.equal(
      [
        ['anonymous_id', long('a')],
        ['user_id', long('u')],
        [long('t'), long('e')],
      ].sort(),
    )
    expect((await store.account(SPACE, long('g')))?.id).to.equal(long('g'))
    const [person] = await database.query('select user_id, anonymous_ids from selfsame.people')
    expect(person).to.deep.equal({ user_id: long('u'), anonymous_ids: [long('a')] })
    expect((await store.messages({ messageIds: [long('m')] }))[0]?.message.userId).to.equal(
      long('u'),
    )
    const logged = await store.log('external_id_mapping_updates', { messageIds: [long('m')] })
    expect(logged).to.have.length(3)
  })

  it('are each given the count of their own rows, even if PostgreSQL counts them in parallel', async () => {
    await store.close()
    await database.query(
      `alter database ${database.name} set min_parallel_table_scan_size = 0`,
      `alter database ${database.name} set parallel_setup_cost = 0`,
      `alter database ${database.name} set parallel_tuple_cost = 0`,
    )
    store = await openPostgresStore(database.url)
    await take(
      { type: 'identify', userId: 'u1', anonymousId: 'a1', traits: { plan: 'basic' } },
      ...Array.from({ length: 300 }, () => ({ userId: 'u1', event: 'Clicked' })),
    )
    const expected = { messages: 301, profiles: 1, identifiers: 2, tracks: 300, identifies: 1 }
    for (let n = 0; n < 20; n++) {
      const counts = (await store.tables()).map(({ name, rows }) => [name, rows])
      expect(Object.fromEntries(counts)).to.include(expected)
    }
    await database.query(`alter database ${database.name} reset all`)
  })

  it('keep texts that UTF-8 or PostgreSQL do not have, and show them in the view', async () => {
    const odd = [
      'a\0b',
      'a\ud800b',
      'json:"x"',
      'sha256:00',
      '😀',
      '\\',
      '"',
      "'",
      '{a,b}',
      '',
      ' ',
    ]
    for (const [i, value] of odd.entries()) {
      const userId = `u${i}`
      await take({
        messageId: `m${value}`,
        type: 'identify',
        userId,
        traits: { [`t${value}`]: value, name: value },
      })
      const [kept] = await store.messages({ messageIds: [`m${value}`] })
      expect(kept?.message.userId).to.equal(userId)
      const profile = await store.profileOf(SPACE, { type: 'user_id', value: userId })
      expect(profile?.traits.get(`t${value}`)?.value).to.equal(value)
      expect(profile?.mappings[0]?.value).to.equal(userId)
    }
    const seen = await database.query('select user_id, traits from selfsame.people')
    expect(seen).to.have.length(odd.length)
  })

  it('keep times of any year that a message may name', async () => {
    const years = ['0000', '0001', '0099', '9999', '+010000', '+275760', '-000001', '-004000']
    const times = years.map((year) => `${year}-02-03T04:05:06.789Z`)
    for (const [i, at] of times.entries()) {
      await take({
        messageId: `m${i}`,
        userId: `u${i}`,
        event: 'Aged',
        timestamp: at,
        originalTimestamp: at,
      })
    }
    const kept = (await rows('messages')).reverse().map(({ timestamp }) => timestamp)
    expect(kept).to.deep.equal(times)
    await take({ messageId: 'old', userId: 'u', timestamp: '-271821-04-20T00:00:00.000Z' })
    expect(await store.messages({ messageIds: ['old'] })).to.have.length(1)
  })

  it('have rows of a thousand values, without those that do not fit a page, with a word', async () => {
    const wide = (make: (i: number) => unknown) =>
      Object.fromEntries(Array.from({ length: 1_400 }, (_, i) => [`p${i}`, make(i)]))
    await take({
      messageId: 'numbers',
      userId: 'u',
      event: 'Wide',
      properties: wide((i) => i + 0.5),
    })
    await take({
      messageId: 'texts',
      userId: 'u',
      event: 'Long',
      properties: wide((i) => `text ${i} `.repeat(3)),
    })
    await take({
      messageId: 'mixed',
      userId: 'u',
      event: 'Mixed',
      properties: wide((i) => (i % 2 ? i % 3 === 0 : i)),
    })
    for (const [table, id] of [
      ['wide', 'numbers'],
      ['long', 'texts'],
      ['mixed', 'mixed'],
    ] as const) {
      const [row] = await rows(table)
      const kept = Object.entries(row!).filter(([name, cell]) => /^p\d/.test(name) && cell !== null)
      const gone = (await rows('discards')).filter(({ message_id: of }) => of === id)
      expect(kept.length, table).to.be.above(300)
      expect(kept.length + gone.length, table).to.be.above(1_390)
    }
  })

  it('have columns that are named as PostgreSQL names its own', async () => {
    const properties = { ctid: 1, xmin: 'x', tableoid: true, select: 2 }
    await take({ userId: 'u', event: 'System', properties })
    await take({
      userId: 'u',
      event: 'System',
      properties: { ...properties, ctid: 'text', cmax: 3 },
    })
    const [last, first] = await rows('system')
    expect(last).to.include({ ctid: 'text', xmin: 'x', tableoid: true, select: 2, cmax: 3 })
    expect(first).to.include({ ctid: '1' })
  })

  it('have keys whose names no event has', async () => {
    await take({ messageId: 'm1', userId: 'u', event: 'Order' })
    await take(
      { messageId: 'm2', userId: 'u', event: 'Order Pkey' },
      { messageId: 'm3', userId: 'u', event: 'Tracks Pkey' },
      { messageId: 'm4', type: 'identify', userId: 'u' },
      { messageId: 'm5', userId: 'u', event: 'Users Pkey' },
    )
    for (const table of ['order', 'order_pkey', 'tracks_pkey', 'users_pkey']) {
      expect(await rows(table), table).to.have.length(1)
    }
  })

  it('take messages in while a view has the name of an event, with a word', async () => {
    await take({ messageId: 'm1', userId: 'u', event: 'Paid' })
    await database.query('create view my_shop.revenue as select count(*) from my_shop.paid')
    await take(
      { messageId: 'm2', userId: 'u', event: 'Revenue', properties: { amount: 5 } },
      { messageId: 'm3', userId: 'u', event: 'Paid' },
    )
    await take({ messageId: 'm4', userId: 'u', event: 'Revenue' })
    expect(await rows('tracks')).to.have.length(4)
    expect(await rows('paid')).to.have.length(2)
    const [last, first] = await rows('discards')
    expect(first).to.include({ message_id: 'm2', table: 'revenue', column: 'properties' })
    expect(first?.value).to.include('"amount":5')
    expect(last).to.include({ message_id: 'm4', reason: 'the table could not be created' })
  })

  it('take messages in while a view has the name of users, and show them when it is gone', async () => {
    await take({ messageId: 'm1', userId: 'u', event: 'Paid' })
    await database.query('create view my_shop.users as select 1 as one')
    await take({ messageId: 'm2', type: 'identify', userId: 'u', traits: { plan: 'a', city: 'b' } })
    await store.close()
    await database.query('drop view my_shop.users')
    store = await openPostgresStore(database.url)
    await take({ messageId: 'm3', type: 'identify', userId: 'u', traits: { plan: 'c' } })
    expect(await rows('identifies')).to.have.length(2)
    expect((await rows('users'))[0]).to.include({ id: 'u', plan: 'c' })
    await take({ messageId: 'm4', type: 'identify', userId: 'u', traits: { city: 'd', zip: 1 } })
    expect((await rows('users'))[0]).to.include({ plan: 'c', city: 'd', zip: 1 })
  })

  it('take messages in while somebody reads a table that should change, with a word', async () => {
    await take({ messageId: 'm1', userId: 'u', event: 'Read', properties: { a: 1 } })
    const { Client } = await import('pg')
    const reader = new Client({ connectionString: database.url })
    await reader.connect()
    await reader.query('begin')
    await reader.query('select * from my_shop.read')
    await take({ messageId: 'm2', userId: 'u', event: 'Read', properties: { a: 2, b: 'new' } })
    await take({ messageId: 'm3', userId: 'u', event: 'Read', properties: { a: 'text' } })
    await reader.query('rollback')
    await reader.end()
    expect((await rows('read')).map(({ a }) => a)).to.deep.equal([null, 2, 1])
    const discards = await rows('discards')
    expect(discards.map((row) => [row.message_id, row.column, row.value])).to.deep.equal([
      ['m3', 'a', '"text"'],
      ['m2', 'b', '"new"'],
    ])
    expect((await store.counts()).messages).to.equal(3)
  })

  it('take messages in while a view needs a column as it is, with a word', async () => {
    await take({ messageId: 'm1', userId: 'u', event: 'Seen', properties: { a: 1 } })
    await database.query('create view public.seen as select a from my_shop.seen')
    await take({ messageId: 'm2', userId: 'u', event: 'Seen', properties: { a: 'text' } })
    expect((await rows('seen')).map(({ a }) => a)).to.deep.equal([null, 1])
    expect((await rows('discards')).map((row) => row.value)).to.deep.equal(['"text"'])
  })

  it('are changed by one collector, and seen by the other', async () => {
    const other = await openPostgresStore(database.url)
    for (const [i, each] of [store, other, store, other].entries()) {
      const properties = { [`p${i}`]: i, same: i % 2 === 0 ? i : `text ${i}` }
      await takeIn(each, rulesFrom(), [message({ userId: 'u', event: 'Shared', properties })])
    }
    expect((await rows('shared')).reverse().map(({ same }) => same)).to.deep.equal([
      '0',
      'text 1',
      '2',
      'text 3',
    ])
    await other.close()
  })

  it('leave no value of an erased person in any table, nor in the statistics', async () => {
    const secret = 'secret@example.com'
    for (let i = 0; i < 200; i++) {
      await take({
        type: 'identify',
        userId: `u${i}`,
        traits: { email: i === 77 ? secret : `${i}@example.com` },
      })
    }
    await database.query('analyze')
    const profile = await store.profileOf(SPACE, { type: 'email', value: secret })
    await store.transaction((transaction) => transaction.erase(SPACE, [profile!.id]))
    const tables = await database.query(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('selfsame', 'my_shop')`,
    )
    for (const { name } of tables) {
      const found = await database.query(
        `select t::text from ${String(name)} t where strpos(t::text, '${secret}') > 0`,
      )
      expect(found, String(name)).to.deep.equal([])
    }
    const statistics = await database.query(
      `select tablename, attname from pg_stats where strpos(pg_stats::text, '${secret}') > 0`,
    )
    expect(statistics).to.deep.equal([])
  })
})
