// A client hands its batches over to graphile-worker, and workers deliver them.

import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { Pool, type PoolClient } from 'pg'
import { Analytics, type AnalyticsOptions } from '../../lib/index.js'
import {
  graphileWorker,
  startWorker,
  type GraphileWorkerOptions,
  type GraphileWorkerWorkerOptions,
  type RunningWorker,
} from '../../lib/queue/graphile-worker/index.js'
import { postgresPace } from '../../lib/queue/graphile-worker/postgres-pace.js'
import { jobText, type JobData } from '../../lib/queue/job.js'
import { Cluster } from '../postgres/cluster.js'
import { warningsOf } from '../support/warnings.js'
import { expectOrder, numbersOf } from './order.js'
import { until } from './until.js'

interface JobRow {
  payload: JobData
  queue_name: string
  last_error: string | null
}

describe('graphile-worker', () => {
  let cluster: Cluster
  let pool: Pool
  let collector: Collector
  const workers: RunningWorker[] = []
  const clients: Analytics[] = []
  let problems: string[] = []

  before(() => {
    cluster = new Cluster({ isDurable: true })
    pool = newPool()
  })
  beforeEach(async () => {
    collector = await startCollector({ sources: { site: 'web-key' } })
    problems = []
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) {
      client.on('error', () => undefined)
      await client.close({ timeout: 0 })
    }
    await Promise.all(workers.splice(0).map((worker) => worker.close({ timeout: 1_000 })))
    await pool.query('drop schema if exists graphile_worker cascade')
    await collector.close()
  })
  after(async () => {
    await pool.end()
    cluster.stop()
  })

  function newPool(): Pool {
    const made = new Pool({ connectionString: cluster.url, max: 40 })
    made.on('error', () => undefined)
    return made
  }

  function client(
    queue: Partial<GraphileWorkerOptions> = {},
    options: Partial<AnalyticsOptions> = {},
  ): Analytics {
    const delivery = graphileWorker({ pool, lanes: 4, source: 'web', ...queue })
    const made = new Analytics({ writeKey: 'secret-key', flushOnExit: false, delivery, ...options })
    clients.push(made)
    return made
  }

  function work(options: Partial<GraphileWorkerWorkerOptions> = {}): RunningWorker {
    const worker = startWorker({
      pool,
      sources: { web: { writeKey: 'web-key', host: collector.url } },
      onProblem: (text) => problems.push(text),
      ...options,
    })
    workers.push(worker)
    return worker
  }

  /** Installs graphile-worker, and leaves no worker. */
  async function install(): Promise<void> {
    const worker = work()
    await until(async () => {
      const { rows } = await pool.query<{ there: boolean }>(
        `select to_regclass('graphile_worker.jobs') is not null as there`,
      )
      return rows[0]!.there
    })
    await worker.close()
  }

  async function handOver(
    count: number,
    { lanes = 4, users = 20, batch = 50 } = {},
  ): Promise<void> {
    const analytics = client({ lanes }, { maxBatchSize: batch })
    for (let n = 0; n < count; n++) {
      analytics.track({ userId: `u${n % users}`, event: 'E', properties: { n } })
    }
    expect(await analytics.close()).to.include({ queued: count })
  }

  async function jobs(where = 'true'): Promise<JobRow[]> {
    const { rows } = await pool.query<JobRow>(
      `select payload, queue_name, last_error from graphile_worker._private_jobs as jobs
       join graphile_worker._private_job_queues as queues on queues.id = job_queue_id
       where ${where} order by jobs.id`,
    )
    return rows
  }

  it('counts a message as queued when it is committed, without a write key', async () => {
    await install()
    const analytics = client({ lanes: 1 })
    analytics.track({ userId: 'u1', event: 'A' })
    analytics.track({ userId: 'u2', event: "it's" })
    expect(await analytics.flush()).to.deep.equal({
      delivered: 0,
      queued: 2,
      failed: 0,
      pending: 0,
    })
    const [job, ...others] = await jobs()
    expect(others).to.deep.equal([])
    expect(job!.queue_name).to.equal('selfsame')
    expect(job!.payload).to.include({ v: 1, source: 'web', count: 2 })
    expect(JSON.stringify(job!.payload)).to.include("it's").and.not.to.include('secret-key')
  })

  it('keeps messages until graphile-worker is installed, and says so', async () => {
    const analytics = client()
    const warnings = await warningsOf(async () => {
      analytics.track({ userId: 'u1', event: 'A' })
      await analytics.flush({ timeout: 300 })
    })
    expect(analytics.stats()).to.include({ pending: 1, queued: 0 })
    expect(warnings.map(({ message }) => message).join()).to.include('start a worker first')
    const worker = work()
    await analytics.flush()
    await until(() => worker.stats().delivered === 1)
  })

  it('delivers each message once, in the order of each person, with several workers', async () => {
    collector.misbehave(({ n }) => (n % 3 === 0 ? { status: 503 } : {}))
    for (let n = 0; n < 3; n++) work()
    await handOver(1_000, { users: 10, batch: 50 })
    await until(() => collector.messages.length === 1_000, 30_000)
    expect(new Set(numbersOf(collector)).size).to.equal(1_000)
    expectOrder(numbersOf(collector), 10)
    expect(collector.rejected).to.deep.equal([])
  })

  it('delivers text that PostgreSQL itself cannot hold', async () => {
    await install()
    const event = 'zero \u0000, half \ud800'
    const analytics = client()
    for (let n = 0; n < 9; n++) analytics.track({ userId: `u${n}`, event })
    expect(await analytics.flush()).to.include({ queued: 9 })
    work()
    await collector.waitFor(9)
    for (const message of collector.messages) expect(message).to.include({ event })
  })

  it('puts poisoned jobs and refused messages aside, with a reason, and delivers the others', async () => {
    collector.misbehave(({ messages = [] }) =>
      messages.some((each) => (each as { properties?: { n?: number } }).properties?.n === 7)
        ? { status: 400 }
        : {},
    )
    await install()
    const message = JSON.stringify({ type: 'track', userId: 'u', event: 'E', messageId: 'm' })
    const whole = JSON.parse(jobText('web', [message, message])) as JobData
    for (const data of [
      { ...whole, messages: whole.messages.slice(0, -1) },
      { ...whole, v: 2 },
      { ...whole, source: 'shop' },
      { ...whole, source: 'no\u0000body' },
    ]) {
      await pool.query(`select graphile_worker.add_job('selfsame', $1::json, 'selfsame')`, [data])
    }
    await handOver(20, { lanes: 1 })
    const worker = work()
    await until(() => worker.stats().jobs === 5)
    expect(worker.stats()).to.include({ delivered: 19, failed: 1, failedJobs: 5 })
    await until(async () => (await jobs('attempts < max_attempts')).length === 0)
    const failed = await jobs()
    expect(failed.map(({ last_error }) => last_error)).to.deep.equal([
      'the job is cut off: it has 1 of 2 messages',
      'the job has the format 2, and this worker knows 1: a newer version of selfsame made it',
      'the job is of the source shop, and this worker has: web',
      'the job is of the source nobody, and this worker has: web',
      '1 of 20 messages failed: rejected: the server answered 400',
    ])
    expect(failed.at(-1)!.payload).to.include({ count: 1 })
    expect(problems).to.have.length(5)
  })

  it('gives a job back that it cannot finish, in its place', async () => {
    await install()
    await collector.down()
    const worker = work()
    await handOver(2, { lanes: 1, users: 1, batch: 1 })
    await until(() => worker.stats().problem !== undefined)
    const started = performance.now()
    await worker.close({ timeout: 200 })
    expect(performance.now() - started).to.be.below(3_000)
    expect(await jobs('attempts < max_attempts')).to.have.length(2)
    await collector.up()
    work()
    await collector.waitFor(2)
    expect(numbersOf(collector)).to.deep.equal([0, 1])
  })

  it('goes on when PostgreSQL was killed, and loses nothing', async () => {
    // A job whose end PostgreSQL did not hear of comes again after this time.
    const worker = work({ stalledInterval: 2_000 })
    await until(() => worker.stats().problem === undefined && problems.length === 0)
    await install()
    const analytics = client({}, { maxBatchSize: 10 })
    for (let n = 0; n < 100; n++) {
      analytics.track({ userId: `u${n % 5}`, event: 'E', properties: { n } })
    }
    await analytics.flush()
    cluster.halt()
    for (let n = 100; n < 200; n++) {
      analytics.track({ userId: `u${n % 5}`, event: 'E', properties: { n } })
    }
    await until(() => worker.stats().problem !== undefined)
    cluster.start()
    await analytics.flush()
    expect(analytics.stats()).to.include({ queued: 200, failed: 0 })
    await until(() => new Set(numbersOf(collector)).size === 200, 30_000)
    expectOrder(numbersOf(collector), 5)
  })

  it('goes on when two jobs at once could not be marked as done', async () => {
    await install()
    // As where both connections are cut. graphile-worker 0.17.3 never ends then.
    const isEnd = /delete from \S+_private_jobs as jobs/
    let cut: (() => void)[] = []
    const failing = newPool()
    failing.on('connect', (connection: PoolClient) => {
      const query = connection.query.bind(connection) as (...args: unknown[]) => unknown
      const broken = (...args: unknown[]): unknown => {
        const { text, values } = Object(args[0]) as { text?: string; values?: unknown }
        if (cut.length === 2 || !values || !isEnd.test(text ?? '')) return query(...args)
        return new Promise((_, reject) => {
          cut.push(() => {
            reject(new Error('Connection terminated unexpectedly'))
          })
          if (cut.length === 2) for (const fail of cut) fail()
        })
      }
      connection.query = broken as typeof connection.query
    })
    try {
      const warnings = await warningsOf(async () => {
        const worker = work({ pool: failing, stalledInterval: 1_000 })
        await handOver(20, { lanes: 2 })
        await until(async () => (await jobs()).length === 0, 20_000)
        expect(worker.stats().problem).to.equal(undefined)
        await worker.close({ timeout: 1_000 })
      })
      expect(cut).to.have.length(2)
      expect(warnings).to.deep.equal([])
    } finally {
      cut = []
      await failing.end()
    }
  })

  it('keeps one pace with other workers', async () => {
    await install()
    for (let n = 0; n < 3; n++) work({ rate: 1_000 })
    await handOver(3_000, { batch: 1_000 })
    const times: number[] = []
    collector.on('message', () => times.push(performance.now()))
    await until(() => collector.messages.length === 3_000, 10_000)
    const rate = (times.length - 100) / ((times.at(-1)! - times[0]!) / 1_000)
    expect(rate).to.be.within(850, 1_100)
  })

  it('keeps the pace when the clock of PostgreSQL is set back', async () => {
    await install()
    const { signal } = new AbortController()
    const pace = postgresPace(pool, { schema: 'graphile_worker', task: 'selfsame' }, 10)
    expect(await pace.reserve(600, signal)).to.equal(0)
    // As if it had been an hour later then.
    const hour = 3_600_000
    await pool.query(
      `update graphile_worker.selfsame_pace set at = at + ${hour}, free_at = free_at + ${hour}`,
    )
    expect(await pace.reserve(1, signal)).to.be.within(30_000, 60_000)
    expect(await pace.reserve(1, signal)).to.be.within(30_000, 60_100)
  })

  it('warns if PostgreSQL may lose what it has', async () => {
    await install()
    const careless = new Pool({
      connectionString: cluster.url,
      options: '-c synchronous_commit=off',
    })
    try {
      const warnings = await warningsOf(async () => {
        const analytics = client({ pool: careless })
        analytics.track({ userId: 'u1', event: 'A' })
        await analytics.flush()
      })
      expect(warnings.map(({ message }) => message).join()).to.include('synchronous_commit is off')
    } finally {
      await careless.end()
    }
  })

  for (const [what, wrong, option] of [
    ['no pool', { pool: undefined }, 'pool'],
    ['a schema', { schema: 'a b' }, 'schema'],
    ['lanes', { lanes: 1_000 }, 'lanes'],
  ] as const) {
    it(`refuses ${what} that is wrong`, () => {
      expect(() => graphileWorker({ pool, ...wrong } as never)).to.throw(
        TypeError,
        `option ${option}`,
      )
    })
  }

  for (const nothing of [undefined, null]) {
    it(`names the pool if the options are ${nothing}`, () => {
      for (const call of [graphileWorker, startWorker])
        expect(() => call(nothing as never)).to.throw(TypeError, /^option pool is undefined; /)
    })
  }
})
