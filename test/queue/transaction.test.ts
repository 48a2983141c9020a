// Messages that are sent if and only if a transaction is committed.

import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { runMigrations } from 'graphile-worker'
import { Pool, type PoolClient } from 'pg'
import { Analytics, AnalyticsError, type AnalyticsOptions } from '../../lib/index.js'
import { bullmq } from '../../lib/queue/bullmq/index.js'
import { graphileWorker, startWorker } from '../../lib/queue/graphile-worker/index.js'
import { Cluster } from '../postgres/cluster.js'
import { until } from './until.js'

describe('inTransaction()', () => {
  let cluster: Cluster
  let pool: Pool
  const clients: Analytics[] = []

  before(async () => {
    cluster = new Cluster({ isDurable: true })
    pool = new Pool({ connectionString: cluster.url })
    await runMigrations({ connectionString: cluster.url })
    await pool.query('create table orders (id int primary key)')
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close({ timeout: 0 })
    await pool.query('delete from graphile_worker._private_jobs; delete from orders')
  })
  after(async () => {
    await pool.end()
    cluster.stop()
  })

  function analytics(options: Partial<AnalyticsOptions> = {}): Analytics {
    const delivery = graphileWorker({ pool, source: 'web' })
    const made = new Analytics({ writeKey: 'k', flushOnExit: false, delivery, ...options })
    clients.push(made)
    return made
  }

  async function transaction(
    work: (db: PoolClient) => Promise<unknown>,
    end: 'commit' | 'rollback' = 'commit',
  ): Promise<void> {
    const db = await pool.connect()
    try {
      await db.query('begin')
      await work(db)
      await db.query(end)
    } finally {
      db.release()
    }
  }

  async function queued(): Promise<Record<string, unknown>[]> {
    const { rows } = await pool.query<{ payload: { messages: [Record<string, unknown>] } }>(
      'select payload from graphile_worker._private_jobs order by id',
    )
    return rows.map(({ payload }) => payload.messages[0])
  }

  it('adds the messages of all six calls when it is committed', async () => {
    const client = analytics({ context: { app: { name: 'shop' } } })
    await transaction(async (db) => {
      const tx = client.inTransaction(db)
      await tx.identify({ userId: 'u', traits: { plan: 'premium' } })
      await tx.track({ userId: 'u', event: 'Order Completed', properties: { total: 42 } })
      await tx.page({ anonymousId: 'a', name: 'Home' })
      await tx.screen({ anonymousId: 'a', name: 'Home' })
      await tx.group({ userId: 'u', groupId: 'g' })
      await tx.alias({ userId: 'u', previousId: 'a' })
      expect(await queued()).to.deep.equal([])
    })
    const messages = await queued()
    expect(messages.map(({ type }) => type)).to.deep.equal(
      'identify track page screen group alias'.split(' '),
    )
    expect(messages[1]).to.deep.include({ event: 'Order Completed', properties: { total: 42 } })
    expect(messages[1]!.context).to.deep.include({ app: { name: 'shop' } })
    expect(client.stats()).to.include({ enqueued: 0, queued: 0 })
  })

  it('adds none when it is rolled back', async () => {
    const client = analytics()
    await transaction(async (db) => {
      await client.inTransaction(db).track({ userId: 'u', event: 'Order Completed' })
    }, 'rollback')
    expect(await queued()).to.deep.equal([])
  })

  it('adds exactly those of the transactions that commit', async () => {
    const client = analytics()
    const committed: number[] = []
    const lane = async (from: number): Promise<void> => {
      for (let id = from; id < 400; id += 4) {
        const end = Math.random() < 0.5 ? 'commit' : 'rollback'
        if (end === 'commit') committed.push(id)
        await transaction(async (db) => {
          await db.query('insert into orders values ($1)', [id])
          await client.inTransaction(db).track({ userId: `u${id}`, event: 'E', properties: { id } })
        }, end)
      }
    }
    await Promise.all([0, 1, 2, 3].map(lane))
    const ids = (await queued()).map(({ properties }) => (properties as { id: number }).id)
    expect(ids.sort((a, b) => a - b)).to.deep.equal(committed.sort((a, b) => a - b))
  })

  it('delivers them like all others', async () => {
    const collector: Collector = await startCollector()
    const worker = startWorker({ pool, sources: { web: { writeKey: 'k', host: collector.url } } })
    try {
      const client = analytics()
      await transaction(async (db) => {
        await client.inTransaction(db).track({ userId: 'u', event: 'Order Completed' })
      })
      await until(() => worker.stats().delivered === 1)
      expect(collector.messages[0]).to.include({ event: 'Order Completed', userId: 'u' })
    } finally {
      await worker.close()
      await collector.close()
    }
  })

  it('goes through middlewares', async () => {
    const client = analytics()
    client.use((message) => (message.userId === 'secret' ? null : { ...message, userId: 'seen' }))
    await transaction(async (db) => {
      const tx = client.inTransaction(db)
      await tx.track({ userId: 'u', event: 'A' })
      await tx.track({ userId: 'secret', event: 'B' })
    })
    expect((await queued()).map(({ userId }) => userId)).to.deep.equal(['seen'])
    expect(client.stats().filtered).to.equal(1)
  })

  it('throws a wrong call in development, and reports it in production: the order is not at fault', async () => {
    for (const onInvalid of ['throw', 'report'] as const) {
      const client = analytics({ onInvalid })
      const errors: AnalyticsError[] = []
      client.on('error', (error) => errors.push(error))
      let thrown: unknown
      await transaction(async (db) => {
        const tx = client.inTransaction(db)
        await tx.track({ event: 'A' } as never).catch((error: unknown) => (thrown = error))
        await tx.track({ userId: 'u', event: 'E', properties: { text: 'x'.repeat(40_000) } })
        await db.query('insert into orders values (1) on conflict do nothing')
      })
      expect(thrown instanceof AnalyticsError).to.equal(onInvalid === 'throw')
      await client.flush()
      const codes = errors.map(({ code }) => code)
      expect(codes).to.deep.equal(
        onInvalid === 'throw' ? ['message_too_large'] : ['invalid_message', 'message_too_large'],
      )
    }
    expect(await queued()).to.deep.equal([])
    expect((await pool.query('select * from orders')).rowCount).to.equal(1)
  })

  it('rejects with what the database says', async () => {
    const client = analytics()
    await transaction(async (db) => {
      await db.query('select 1/0').catch(() => undefined)
      let thrown: unknown
      await client
        .inTransaction(db)
        .track({ userId: 'u', event: 'A' })
        .catch((error: unknown) => (thrown = error))
      expect(thrown).to.include({ code: '25P02' })
    }, 'rollback')
  })

  it('refuses a client without graphile-worker, and what is no transaction', () => {
    const plain = new Analytics({ writeKey: 'k' })
    const redis = analytics({ delivery: bullmq({ connection: 'redis://h' }) })
    const db = { query: () => Promise.resolve() }
    expect(() => plain.inTransaction(db)).to.throw(TypeError, 'option delivery is left out')
    expect(() => redis.inTransaction(db)).to.throw(TypeError, 'option delivery is another queue')
    expect(() => analytics().inTransaction({} as never)).to.throw(TypeError, 'was given an object')
    expect(() => new Analytics({ disable: true }).inTransaction(db)).not.to.throw()
  })
})
