// The routes of tables, SQL, the summary and the faults.
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment,
   @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- the answers are JSON, whose shape is what is tested */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { useFakeTimers } from 'sinon'
import { Bench, eachWithBench, inEachStore } from './support.js'

inEachStore('GET /_/tables', (bench) => {
  beforeEach(() =>
    bench().take([
      { type: 'identify', userId: 'u1', traits: { plan: 'basic', age: 42 } },
      { type: 'identify', userId: 'u2' },
    ]),
  )

  it('lists the tables with their columns', async () => {
    const { tables } = (await bench().get('/_/tables')).json
    const users = tables.find(({ name }: any) => name === 'users')
    expect(users).to.deep.include({ schema: null, rows: 2 })
    expect(users.columns).to.deep.include({ name: 'plan', type: 'text' })
    expect(users.columns).to.deep.include({ name: 'age', type: 'integer' })
    const names = tables.map(({ name }: any) => name)
    expect(names).to.include.members(['identifies', 'messages', 'profiles', 'violations'])
  })

  it('says when to ask again if the store cannot answer now', async () => {
    await bench().store.close()
    for (const target of ['/_/tables', '/_/messages', '/_/profiles/user_id:u1', '/_/summary']) {
      const { status, headers, json } = await bench().get(target)
      expect([status, json.error], target).to.deep.equal([
        503,
        { code: 'store_unavailable', message: 'The store is closed' },
      ])
      expect(headers['retry-after']).to.equal('5')
    }
  })

  it('gives the newest rows of one', async () => {
    const { json } = await bench().get('/_/tables/identifies?limit=1')
    expect(json.name).to.equal('identifies')
    expect(json.rows).to.equal(2)
    expect(json.newest.map(({ id }: any) => id)).to.deep.equal(['m2'])
    const none = ['/_/tables/none', '/_/tables/none/identifies', '/_/tables/%22;drop%20table']
    for (const target of none) expect((await bench().get(target)).status, target).to.equal(404)
  })
})

describe('POST /_/sql', () => {
  let folder: string
  let bench: Bench
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'selfsame-sql-'))
    bench = await Bench.start({ db: join(folder, 'events.db') })
    await bench.take(Array.from({ length: 1200 }, () => ({ userId: 'u1', event: 'Paid' })))
  })
  after(async () => {
    await bench.close()
    rmSync(folder, { recursive: true })
  })
  const sql = (text: unknown) => bench.send('POST', '/_/sql', { sql: text })

  it('reads', async () => {
    const { json } = await sql('select event, count(*) as n from tracks group by event')
    expect(json).to.deep.equal({ columns: ['event', 'n'], rows: [['paid', 1200]], isCut: false })
  })

  it('gives 1,000 rows, and says if there were more', async () => {
    const { json } = await sql('select id from tracks')
    expect(json.rows).to.have.length(1000)
    expect(json.isCut).to.equal(true)
  })

  it('changes nothing', async () => {
    const changes = [
      'delete from tracks',
      'drop table tracks',
      "insert into tracks (id) values ('x')",
      'pragma user_version = 7',
      'select 1; delete from tracks',
      "attach database '/tmp/x.db' as x",
      'with gone as (select 1) delete from tracks',
    ]
    for (const text of changes) {
      const { status, json } = await sql(text)
      expect(status, text).to.equal(400)
      expect(json.error.code, text).to.equal('sql_error')
    }
    expect((await sql('select count(*) from tracks')).json.rows).to.deep.equal([[1200]])
  })

  it('says what is wrong with a query', async () => {
    const { status, json } = await sql('select * from nothing')
    expect(status).to.equal(400)
    expect(json.error.message).to.include('nothing')
    for (const text of ['', '  ', 5, undefined]) expect((await sql(text)).status).to.equal(400)
  })

  it('ends a query that takes too long', async function () {
    this.timeout(20_000)
    const start = Date.now()
    const { status } = await sql(
      'with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n',
    )
    expect(status).to.equal(400)
    expect(Date.now() - start).to.be.within(1500, 10_000)
  })

  it('is refused by a body that is too large, or no JSON', async () => {
    expect((await sql(`select '${'x'.repeat(70_000)}'`)).status).to.equal(413)
    const broken = await bench.send('POST', '/_/sql', undefined, {
      'content-type': 'application/json',
    })
    expect(broken.status).to.equal(400)
  })

  it('is not there in memory', async () => {
    const other = await Bench.start()
    const { status, json } = await other.send('POST', '/_/sql', { sql: 'select 1' })
    expect([status, json.error.code]).to.deep.equal([501, 'no_sql'])
    await other.close()
  })
})

inEachStore('GET /_/summary', (bench) => {
  it('says how much there is, and from whom', async () => {
    const context = { library: { name: 'selfsame', version: '1.0.0' } }
    await bench().take([
      { anonymousId: 'a1', context },
      { anonymousId: 'a1', userId: 'u1', context },
      { anonymousId: 'a2' },
      { userId: 'null' },
    ])
    bench().refuse({ kind: 'discarded', code: 'event_not_defined', message: {} })
    const { json } = await bench().get('/_/summary')
    expect(json).to.deep.include({ spaces: ['main'], position: '4' })
    expect(json.counts).to.deep.include({ messages: 4, profiles: 2, identifiers: 3 })
    expect(json.counts.violations).to.deep.include({ 'ID value blocked': 1 })
    expect(json.sinceStart).to.deep.equal({
      kept: 4,
      discarded: 1,
      duplicates: 0,
      discards: { event_not_defined: 1 },
    })
    expect(json.newestPeople).to.deep.equal({
      people: 2,
      known: 1,
      anonymous: 1,
      becameKnown: 1,
      identifiersPerPerson: 1.5,
    })
    const [first] = json.senders.filter(({ library }: any) => library === 'selfsame 1.0.0')
    expect(first).to.deep.include({ source: 'shop', messages: 2 })
    expect(json.seconds).to.have.length(60)
  })

  it('is there before anything has come', async () => {
    const { status, json } = await bench().get('/_/summary')
    expect(status).to.equal(200)
    expect(json).to.deep.include({ spaces: [], position: '0', messagesPerSecond: 0 })
    expect(json.newestPeople.identifiersPerPerson).to.equal(0)
  })
})

describe('/_/faults', () => {
  const bench = eachWithBench()
  const put = (body: unknown) => bench().send('PUT', '/_/faults', body)
  const none = { next: [], always: null, isFunction: false }

  it('has one answer for each of the next requests', async () => {
    const next = [{ status: 429, retryAfter: 1 }, { reset: 'after' }]
    expect((await put({ next })).json).to.deep.equal({ ...none, next })
    expect(bench().misbehaviour.take()).to.deep.equal(next[0])
    expect((await bench().get('/_/faults')).json).to.deep.equal({ ...none, next: [next[1]] })
    expect((await put({ next: [{ silence: true }] })).json.next).to.deep.equal([{ silence: true }])
  })

  it('has one answer for all, until it ends', async () => {
    expect((await put({ always: { status: 503 } })).json).to.deep.equal({
      ...none,
      always: { status: 503 },
    })
    const asked = { method: 'POST', path: '/', headers: {}, messages: [], count: 0, bytes: 0 }
    expect(await bench().misbehaviour.ask(asked)).to.deep.equal({ status: 503 })
    expect((await bench().send('DELETE', '/_/faults')).json).to.deep.equal(none)
    expect(await bench().misbehaviour.ask(asked)).to.equal(undefined)
  })

  it('has one answer for a time, and then behaves by itself', async () => {
    const { json } = await put({ always: { reset: 'before' }, for: 40 })
    expect(json).to.deep.include({ ...none, always: { reset: 'before' } })
    expect(Date.parse(String(json.until))).to.be.within(Date.now() - 1000, Date.now() + 1000)
    while ((await bench().get('/_/faults')).json.always !== null) await nextTurn()
    expect((await bench().get('/_/faults')).json).to.deep.equal(none)
    expect(bench().misbehaviour.asked).to.equal(undefined)
  })

  it('lets what was set later stand when that time is over', async () => {
    const clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      await put({ always: { status: 503 }, for: 30 })
      await put({ always: { status: 500 } })
      await clock.tickAsync(31)
      expect((await bench().get('/_/faults')).json.always).to.deep.equal({ status: 500 })
    } finally {
      clock.restore()
    }
  })

  it('tells of a function that the program has set', async () => {
    await put({ always: { status: 503 } })
    bench().misbehaviour.set([() => undefined])
    expect((await bench().get('/_/faults')).json).to.deep.equal({ ...none, isFunction: true })
  })

  it('changes nothing if an answer is wrong', async () => {
    await put({ next: [{ status: 500 }] })
    const wrong = [
      {},
      undefined,
      [],
      { next: [{ status: 99 }] },
      { next: [{ stats: 500 }] },
      { next: {} },
      { always: 5 },
      { always: {}, next: [] },
      { always: {}, more: 1 },
      { always: {}, for: 0 },
      { next: [], for: 5 },
    ]
    for (const body of wrong) expect((await put(body)).status, JSON.stringify(body)).to.equal(400)
    expect((await put({ next: [{ status: 99 }] })).json.error.message).to.include('status')
    expect((await bench().get('/_/faults')).json.next).to.deep.equal([{ status: 500 }])
  })
})
