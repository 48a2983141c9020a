// What can be asked of collectors that share a PostgreSQL database.
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment,
   @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call,
   @typescript-eslint/no-unsafe-return -- the answers are JSON, whose shape is what is tested */
import { expect } from 'chai'
import { Bench } from '../api/support.js'
import { type Database, emptyDatabase } from './database.js'

describe('the API over PostgreSQL', () => {
  let database: Database
  let bench: Bench
  let other: Bench
  beforeEach(async () => {
    database = await emptyDatabase()
    bench = await Bench.start({ db: database.url })
    other = await Bench.start({ db: database.url })
  })
  afterEach(async () => {
    await bench.close()
    await other.close()
    await database.release()
  })

  it('finds messages, and says what became of one', async () => {
    await bench.take([
      { type: 'identify', userId: 'u1', anonymousId: 'a1', traits: { plan: 'premium' } },
      { userId: 'u1', event: 'Users', properties: { count: 1, user_id: 'x' } },
      { userId: 'null' },
    ])
    const ids = async (filter: string) =>
      (await bench.asking.findMessages(filter)).map(({ messageId }) => messageId)
    expect(await ids('user:u1')).to.deep.equal(['m1', 'm2'])
    expect(await ids('is:unresolved')).to.deep.equal(['m3'])
    expect(await ids('violation:"ID value blocked"')).to.deep.equal(['m3'])
    expect(await ids('message:m2')).to.deep.equal(['m2'])
    const { json } = await bench.get('/_/messages/m2')
    expect(json.rows.map(({ schema, table }: any) => [schema, table])).to.deep.equal([
      ['shop', 'tracks'],
      ['shop', 'event_users'],
    ])
    expect(json.discards).to.have.length(1)
    const first = (await bench.get('/_/messages/m1')).json
    expect(first.rows.map(({ table }: any) => table)).to.deep.equal(['identifies', 'users'])
    expect((await bench.get('/_/messages.ndjson')).text.trim().split('\n')).to.have.length(3)
  })

  it('waits for messages that another collector takes in', async () => {
    const waiting = bench.get('/_/messages?wait=20000&filter=event:Paid')
    while (bench.arrivals.feed.waiting === 0) await new Promise(setImmediate)
    await other.take([{ userId: 'u1', event: 'Paid' }])
    expect((await waiting).json.messages).to.have.length(1)
  })

  it('names a table by its schema if several sources have it', async () => {
    await bench.take([{ userId: 'u1' }])
    await other.take([{ userId: 'u1', messageId: 'other' }], { source: 'app' })
    const both = await bench.get('/_/tables/tracks')
    expect(both.status).to.equal(400)
    expect(both.json.error.message).to.include('/_/tables/SCHEMA/tracks (app, shop)')
    const { json } = await bench.get('/_/tables/app/tracks')
    expect(json.newest.map(({ id }: any) => id)).to.deep.equal(['other'])
    const sql = 'select count(*) from shop.tracks'
    expect((await bench.send('POST', '/_/sql', { sql })).json.rows).to.deep.equal([[1]])
    const change = await bench.send('POST', '/_/sql', { sql: 'delete from shop.tracks' })
    expect([change.status, change.json.error.code]).to.deep.equal([400, 'sql_error'])
  })

  it('finds nothing by a text that PostgreSQL cannot have', async () => {
    await bench.take([{ userId: 'u1' }])
    expect((await bench.get('/_/profiles?search=u%00')).json.profiles).to.deep.equal([])
    for (const path of ['/_/profiles/u%00', '/_/messages/u%00', '/_/tables/u%00']) {
      expect((await bench.get(path)).status, path).to.equal(404)
    }
  })

  it('gives people', async () => {
    await bench.take([{ type: 'identify', userId: 'u1', anonymousId: 'a1', traits: { plan: 'x' } }])
    const { json } = await other.get('/_/profiles/anonymous_id:a1')
    expect(json.traits).to.deep.equal({ plan: 'x' })
    expect(json.history.external_id_mapping_updates).to.have.length(2)
    const traits = '/v1/spaces/default/collections/users/profiles/user_id:u1/traits'
    expect((await other.get(traits)).json.traits).to.deep.equal({ plan: 'x' })
    expect((await bench.get('/_/summary')).json).to.deep.include({ store: 'postgres' })
  })
})
