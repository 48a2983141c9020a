// The connections of the pool that an app gives to a client or a worker.

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { runMigrations } from 'graphile-worker'
import { Pool, type PoolConfig } from 'pg'
import type { SealedBatch } from '../../lib/delivery/batch-sink.js'
import { Analytics } from '../../lib/index.js'
import { GraphileEngine } from '../../lib/queue/graphile-worker/graphile-engine.js'
import {
  graphileWorker,
  startWorker,
  type GraphileWorkerWorkerOptions,
} from '../../lib/queue/graphile-worker/index.js'
import { QueueSink } from '../../lib/queue/queue-sink.js'
import { Cluster } from '../postgres/cluster.js'
import { together } from './together.js'
import { until } from './until.js'

let cluster: Cluster
let collector: Collector

before(async () => {
  cluster = new Cluster({ isDurable: true })
  await runMigrations({ connectionString: cluster.url })
  collector = await startCollector({ sources: { site: 'web-key' } })
})
after(async () => {
  await collector.close()
  cluster.stop()
})

const poolOf = (options: PoolConfig = {}): Pool =>
  new Pool({ connectionString: cluster.url, ...options })

function clientOf(pool: Pool, name = 'selfsame'): Analytics {
  const delivery = graphileWorker({ pool, name, source: 'web' })
  return new Analytics({ writeKey: 'x', flushOnExit: false, httpRequestTimeout: 2_000, delivery })
}

async function countOf(name: string): Promise<number> {
  const jobs = `select from graphile_worker.jobs where task_identifier = '${name}'`
  return (await cluster.query(jobs)).length
}

describe('a pool of an app', () => {
  it('whose connection has an open transaction does not count as having committed', async () => {
    const pool = poolOf()
    const db = await pool.connect()
    await db.query('begin')
    db.release()
    const analytics = clientOf(pool, 'open')
    analytics.track({ userId: 'u', event: 'E' })
    expect(await analytics.close()).to.include({ queued: 1 })
    await pool.end()
    expect(await countOf('open')).to.equal(1)
  })

  it('is asked once for what many attempts wait for', async () => {
    const pool = poolOf({ max: 1 })
    const held = await pool.connect()
    const naming = { task: 'waiting', schema: 'graphile_worker' }
    const engine = new GraphileEngine({ pool, lanes: 2, naming, warn: () => undefined })
    const sinkOf = (timeout: number): QueueSink =>
      new QueueSink({ engine, source: 'web', lanes: 2, timeout })
    const sink = sinkOf(20)
    const text = (): string => JSON.stringify({ type: 'track', userId: 'u', event: 'E' })
    const batch = { count: 1, body: () => Buffer.alloc(0), text } as unknown as SealedBatch
    const { signal } = new AbortController()
    for (let n = 0; n < 5; n++) {
      expect(await sink.send(batch, n, signal)).to.have.property('error')
    }
    expect(pool.waitingCount).to.equal(1)
    let removed = 0
    pool.on('remove', () => removed++)
    held.release()
    await until(() => pool.idleCount === 1)
    expect(await sinkOf(10_000).send(batch, 5, signal)).to.deep.equal({ status: 200 })
    expect(removed).to.equal(0)
    await pool.end()
  })

  it('may lose idle connections', async () => {
    const pool = poolOf({ application_name: 'client' })
    const first = clientOf(pool, 'idle')
    first.track({ userId: 'u', event: 'E' })
    await first.close()
    await clientOf(pool, 'idle').close()
    expect(pool.listenerCount('error')).to.equal(1)
    expect(pool.totalCount).to.be.above(0)
    await terminate('client')
    await until(() => pool.totalCount === 0)
    await pool.end()
  })

  it('may lose idle connections when a worker has used it', async () => {
    const pool = poolOf({ application_name: 'worker' })
    const worker = startWorker({ pool, sources: { web: 'web-key' }, onProblem: () => undefined })
    await until(() => pool.idleCount > 0)
    await worker.close()
    expect(pool.listenerCount('connect')).to.equal(0)
    await pool.query('select')
    await terminate('worker')
    await until(() => pool.totalCount === 0)
    await pool.end()
  })

  it('has no listeners of a worker whose options are wrong', () => {
    const pool = poolOf()
    expect(() => startWorker({ pool, sources: {} })).to.throw(TypeError, 'sources')
    expect(pool.eventNames()).to.deep.equal([])
  })

  async function terminate(name: string): Promise<void> {
    await cluster.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${name}'`,
    )
  }
})

describe('the place of a queue on PostgreSQL', () => {
  const queueOf = (options: PoolConfig): { place: string; target: string } =>
    graphileWorker({ pool: new Pool(options), source: 'web' })

  it('is that of the database', () => {
    const { place, target } = queueOf({ connectionString: 'postgres://me:secret@db:5433/live' })
    expect(place).to.equal('PostgreSQL at db:5433/live')
    const same = queueOf({ host: 'db', port: 5433, database: 'live', user: 'other', password: 'x' })
    expect(same.target).to.equal(target)
    for (const other of [
      { host: 'db', port: 5433, database: 'staging' },
      { host: 'db', port: 5432, database: 'live' },
      { host: 'eu', port: 5433, database: 'live' },
    ])
      expect(queueOf(other).target).to.not.equal(target)
  })

  it('is no reason to fail', () => {
    const { place } = queueOf({ connectionString: 'postgres://me:secret@db:x/live' })
    expect(place).to.equal('PostgreSQL')
  })
})

// As behind a firewall that has forgotten one connection.
describe('a worker one of whose connections is silent', () => {
  const pools: Pool[] = []
  const proxies: Server[] = []
  const silenced = new Set<string>()

  after(async () => {
    for (const proxy of proxies) proxy.close()
    await Promise.all(pools.map((pool) => pool.end()))
  })

  async function expectDelivery(
    database: string,
    silent: string,
    options: Partial<GraphileWorkerWorkerOptions> = {},
  ): Promise<void> {
    const pool = await proxied(database, silent)
    await cluster.query(`create database ${database}`)
    await runMigrations({ connectionString: cluster.urlOf(database) })
    const worker = startWorker({
      pool,
      sources: { web: { writeKey: 'web-key', host: collector.url } },
      stalledInterval: 1_000,
      onProblem: () => undefined,
      ...options,
    })
    try {
      const analytics = clientOf(pool)
      analytics.track({ userId: 'u', event: 'E' })
      expect(await analytics.close()).to.include({ queued: 1 })
      await until(() => worker.stats().delivered === 1)
      // One for the engine, and one for each of its two slots.
      const locks = `select from pg_locks where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = '${database}')`
      await until(async () => (await cluster.queryOf(database, locks)).length === 3)
      expect(silenced).to.include(database)
    } finally {
      await worker.close({ timeout: 1_000 })
    }
  }

  /** A pool whose first connection that sends this text is silent from then on. */
  async function proxied(database: string, text: string): Promise<Pool> {
    const socket = new URL(cluster.url.replace('@', '@host')).searchParams.get('host')!
    const proxy = createServer((app) => {
      const server = connect(`${socket}/.s.PGSQL.5432`)
      let isSilent = false
      app.on('data', (data) => {
        if (!silenced.has(database) && data.includes(text)) {
          silenced.add(database)
          isSilent = true
        }
        if (!isSilent) server.write(data)
      })
      server.on('data', (data) => isSilent || app.write(data))
      for (const each of [app, server]) each.on('error', () => undefined)
      app.on('close', () => server.destroy())
      server.on('close', () => isSilent || app.destroy())
    }).listen(0, '127.0.0.1')
    proxies.push(proxy)
    await once(proxy, 'listening')
    const { port } = proxy.address() as AddressInfo
    const pool = new Pool({ host: '127.0.0.1', port, user: 'tester', database })
    pools.push(pool)
    return pool
  }

  together({
    'while it starts': () => expectDelivery('starting', 'transaction_read_only'),
    'while it takes its locks': () => expectDelivery('locking', 'tcp_keepalives_idle'),
    'while it keeps the pace': () =>
      expectDelivery('pacing', 'insert into "graphile_worker".selfsame_pace', { rate: 100 }),
  })
})
