// Jobs are locked as long as they are in delivery, and no longer.

import { setTimeout as sleep } from 'node:timers/promises'
import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { Client, Pool } from 'pg'
import { Analytics } from '../../lib/index.js'
import {
  graphileWorker,
  startWorker,
  type GraphileWorkerWorkerOptions,
  type RunningWorker,
} from '../../lib/queue/graphile-worker/index.js'
import { jobText } from '../../lib/queue/job.js'
import { Cluster } from '../postgres/cluster.js'
import { numbersOf } from './order.js'
import { until } from './until.js'

interface LockedJob {
  source: string
  attempts: number
  locked_by: string | null
}

describe('a lock of graphile-worker', () => {
  let cluster: Cluster
  let pool: Pool
  let web: Collector
  /** It does not answer before it is told to. */
  let stuck: Collector
  let answer: () => void
  let requests: number
  let worker: RunningWorker

  beforeEach(async () => {
    cluster = new Cluster({ isDurable: true })
    pool = new Pool({ connectionString: cluster.url, max: 20 })
    web = await startCollector({ sources: { web: 'web-key' } })
    stuck = await startCollector({ sources: { stuck: 'stuck-key' } })
    requests = 0
    const isTold = new Promise<void>((resolve) => (answer = resolve))
    stuck.misbehave(async () => {
      requests++
      await isTold
      return {}
    })
  })
  afterEach(async () => {
    answer()
    await worker.close({ timeout: 0 })
    await pool.end()
    cluster.stop()
    await web.close()
    await stuck.close()
  })

  async function work(options: Partial<GraphileWorkerWorkerOptions> = {}): Promise<void> {
    worker = startWorker({
      pool,
      sources: {
        web: { writeKey: 'web-key', host: web.url },
        stuck: { writeKey: 'stuck-key', host: stuck.url, httpRequestTimeout: 60_000 },
      },
      stalledInterval: 1_000,
      onProblem: () => undefined,
      ...options,
    })
    await until(() => locks().then(({ length }) => length > 0))
  }

  /** Each becomes a job of the same lane. */
  async function handOver(source: string, ...numbers: number[]): Promise<void> {
    const delivery = graphileWorker({ pool, lanes: source === 'web' ? 2 : 1, source })
    const analytics = new Analytics({
      writeKey: 'x',
      flushOnExit: false,
      maxBatchSize: 1,
      delivery,
    })
    for (const n of numbers) analytics.track({ userId: 'u', event: 'E', properties: { n } })
    expect(await analytics.close()).to.include({ queued: numbers.length })
  }

  async function jobs(): Promise<LockedJob[]> {
    const { rows } = await pool.query<LockedJob>(
      `select payload ->> 'source' as source, attempts, jobs.locked_by
       from graphile_worker._private_jobs as jobs order by id`,
    )
    return rows
  }

  async function locks(): Promise<{ pid: number; key: string }[]> {
    return (await cluster.query(
      `select pid, objid::int8::text as key from pg_locks
       where locktype = 'advisory' and granted and classid = 1936026726`,
    )) as { pid: number; key: string }[]
  }

  it('is taken again when an old connection has released it', async () => {
    await work({ concurrency: 1 })
    await handOver('stuck', 0)
    await until(() => requests === 1)
    const held = await locks()
    const [first] = held
    // They wait for the locks, and have them before the worker comes back: so does a connection that PostgreSQL does not
    // know to be gone yet.
    const old = await Promise.all(
      held.map(async ({ key }) => {
        const client = new Client({ connectionString: cluster.url })
        await client.connect()
        const sign = `${key}::int8::bit(32)::int4`
        void client.query(`select pg_advisory_lock(1936026726, ${sign})`)
        return client
      }),
    )
    const waiting = `select from pg_locks where locktype = 'advisory' and not granted`
    await until(async () => (await cluster.query(waiting)).length === held.length)
    await cluster.query(`select pg_terminate_backend(${first!.pid})`)
    await until(async () => (await locks()).every(({ pid }) => pid !== first!.pid))
    await sleep(1_000)
    await Promise.all(old.map((client) => client.end()))
    await until(async () => (await locks()).length === held.length)
    const [now] = await jobs()
    expect(now).to.include({ attempts: 1 })
    expect(requests).to.equal(1)
  })

  it('leaves the other sources alone while a job of an engine that failed is in delivery', async () => {
    await work()
    await handOver('stuck', 0, 1, 2)
    await until(() => requests === 1)
    const [{ locked_by: id } = { locked_by: null }] = await jobs()
    const rename = (from: string, to: string): string =>
      `alter table graphile_worker.${from} rename to ${to}`
    await cluster.query(
      rename('_private_job_queues', 'away'),
      `select pg_notify('jobs:insert', '{"count":10}')`,
    )
    await until(() => worker.stats().problem === 'PostgreSQL: 42P01')
    // The engine looks for jobs every two seconds, if it has not heard.
    await sleep(2_000)
    await cluster.query(rename('away', '_private_job_queues'))
    await handOver('web', 0)
    await until(() => web.messages.length === 1)
    // As if it had been taken, and the answer had been lost.
    await addLocked(1, 'lost', id, ['_private_jobs', '_private_job_queues'])
    // As if its job had been done by another worker, which did not know of this lock.
    await addLocked(2, 'orphan', id, ['_private_job_queues'])
    await until(() => web.messages.length === 3)
    const [first] = await jobs()
    expect(first).to.deep.equal({ source: 'stuck', attempts: 1, locked_by: id })
    expect(requests).to.equal(1)
    answer()
    await until(async () => (await jobs()).length === 0)
    expect(numbersOf(stuck)).to.deep.equal([0, 1, 2])
    // Nobody needs the locks of that engine any longer.
    await until(async () => (await locks()).length === 3)
  })

  /** Adds a job, and sets locks of an engine. */
  async function addLocked(
    n: number,
    lane: string,
    id: string | null,
    tables: string[],
  ): Promise<void> {
    const message = { type: 'track', userId: 'u', event: 'E', messageId: lane, properties: { n } }
    const job = jobText('web', [JSON.stringify(message)])
    const db = await pool.connect()
    await db.query('begin')
    await db.query(`select graphile_worker.add_job('selfsame', $1::json, $2)`, [job, lane])
    for (const table of tables) {
      const key = table === '_private_jobs' ? 'job_queue_id' : 'id'
      await db.query(
        `update graphile_worker.${table} set locked_by = $1, locked_at = now()
         where ${key} = (select id from graphile_worker._private_job_queues where queue_name = $2)`,
        [id, lane],
      )
    }
    await db.query('commit')
    db.release()
  }

  it('of a worker that is gone is released by one worker at a time: two would let a job be overtaken', async () => {
    await work()
    await worker.close()
    await handOver('web', 0, 1, 2)
    const dead = `set locked_at = now(), locked_by = 'dead'`
    await cluster.query(
      `update graphile_worker._private_job_queues ${dead} where queue_name like 'selfsame-%'`,
      `update graphile_worker._private_jobs ${dead}
       where id = (select min(id) from graphile_worker._private_jobs)`,
      // A busy server.
      `create function linger() returns trigger language plpgsql as $$ begin
         if current_query() like '%force_unlock_workers%' then perform pg_sleep(0.3); end if;
         return null;
       end $$`,
      `create trigger linger after update on graphile_worker._private_jobs
       for each statement execute function linger()`,
    )
    const others = [0, 1, 2, 3].map(() =>
      startWorker({
        pool,
        sources: { web: { writeKey: 'web-key', host: web.url } },
        stalledInterval: 1_000,
        onProblem: () => undefined,
      }),
    )
    // They look for jobs all the time, as if other lanes were busy.
    const nudging = setInterval(() => {
      void pool.query(`select pg_notify('jobs:insert', '{"count":9}')`)
    }, 20)
    try {
      await web.waitFor(3)
      expect(numbersOf(web)).to.deep.equal([0, 1, 2])
    } finally {
      clearInterval(nudging)
      await Promise.all(others.map((each) => each.close({ timeout: 1_000 })))
    }
  })
})
