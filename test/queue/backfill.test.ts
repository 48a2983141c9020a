// A backfill over workers: it hands over, and workers deliver.

import { readFileSync } from 'node:fs'
import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { runMigrations } from 'graphile-worker'
import { Pool } from 'pg'
import type { BackfillReport } from '../../lib/backfill/report.js'
import type { Message } from '../../lib/index.js'
import { backfill } from '../../lib/backfill/index.js'
import { bullmq, startWorker, type RunningWorker } from '../../lib/queue/bullmq/index.js'
import * as graphile from '../../lib/queue/graphile-worker/index.js'
import { withCommand } from '../cli/command.js'
import { Cluster } from '../postgres/cluster.js'
import { RedisServer } from './redis-server.js'
import { until } from './until.js'

const count = Number(process.env.SELFSAME_ROWS ?? 4_000)
const shown = count.toLocaleString('en')
const csv = ['id,name', ...Array.from({ length: count }, (_, n) => `u${n},n${n}`)].join('\n')
const mapping = ['--user-id', 'id', '--trait', 'name', '--timestamp-now']
const fixed = ['--user-id', 'id', '--timestamp', 'at']
const dated = ['id,at', ...Array.from({ length: count }, (_, n) => `u${n},2014-01-01`)].join('\n')

describe('a backfill over workers of BullMQ', () => {
  let redis: RedisServer
  let collector: Collector
  const workers: RunningWorker[] = []

  before(async () => (redis = await RedisServer.start(['--maxmemory-policy', 'noeviction'])))
  beforeEach(async () => {
    await redis.client.flushall()
    collector = await startCollector({ sources: { site: 'web-key' }, maxMessages: 1_000_000 })
  })
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.close({ timeout: 1_000 })))
    await collector.close()
  })
  after(() => redis.stop())

  function work(host = collector.url): RunningWorker {
    const worker = startWorker({
      connection: redis.url,
      sources: { web: { writeKey: 'web-key', host, maxRetries: 0 } },
      onProblem: () => undefined,
    })
    workers.push(worker)
    return worker
  }

  const ids = (): Set<unknown> => new Set(collector.messages.map(({ userId }) => userId))
  const via = (...more: string[]): string[] => [
    ...['backfill', '-', '--format', 'csv', '--via-bullmq', redis.url, '--source', 'web'],
    ...more,
  ]

  it('is queued, and says so', () =>
    withCommand(async ({ run }) => {
      const args = via('--rate', '0', ...mapping)
      const { code, stdout } = await run(args, { input: csv, env: { SEGMENT_WRITE_KEY: '' } })
      expect(code).to.equal(0)
      expect(stdout).to.match(
        new RegExp(`^${shown} rows read, ${shown} messages, ${shown} queued\\n`),
      )
      expect(collector.messages).to.have.length(0)
      work()
      await until(() => ids().size === count)
    }))

  it('waits until workers have delivered all', () =>
    withCommand(async ({ run }) => {
      work()
      const args = via('--rate', '0', '--wait', '--json', ...mapping)
      const { code, stdout, stderr } = await run(args, { input: csv })
      expect(ids().size).to.equal(count)
      expect({ code, stderr }).to.deep.equal({
        code: 0,
        stderr: 'the queue is empty: workers have delivered all\n',
      })
      expect(JSON.parse(stdout)).to.deep.include({ delivered: 0, queued: count, failed: 0 })
    }))

  it('counts the jobs that fail while it waits, and no others', () =>
    withCommand(async ({ run }) => {
      collector.misbehave(() => ({ status: 400 }))
      const first = via('--no-checkpoint', ...mapping)
      const { code: before } = await run(first, { input: 'id,name\nx,y' })
      work()
      await until(async () => (await redis.client.keys('bull:selfsame-*:failed')).length === 1)
      collector.misbehave(({ messages }) =>
        (messages as Message[]).some(({ userId }) => userId === 'bad')
          ? { status: 400 }
          : undefined,
      )
      const input = 'id,name\ngood,1\nbad,2'
      const { code, stderr } = await run(via('--wait', '--rate', '0', ...mapping), { input })
      expect(before).to.equal(0)
      expect({ code, stderr }).to.deep.equal({
        code: 3,
        stderr: '1 job failed, with the reasons in the queue\n',
      })
      expect([...ids()]).to.include('good')
    }))

  it('resumes after kill -9 with what the queue has, and repeats at most what was in flight', () =>
    withCommand(async ({ start, run, at }) => {
      const args = via('--rate', '2000', '--json', ...fixed)
      const queued = async (): Promise<number> => {
        const names = await redis.client.keys('bull:selfsame-*:wait')
        const lengths = await Promise.all(names.map((name) => redis.client.llen(name)))
        return lengths.reduce((sum, length) => sum + length, 0)
      }
      for (const kill of [1, 2]) {
        const { child, outcome } = start(args, { input: dated })
        const jobs = await queued()
        await until(async () => (await queued()) > jobs + 8 * kill)
        child.kill('SIGKILL')
        await outcome
      }
      const { rows } = (
        JSON.parse(readFileSync(at('stdin.checkpoint.json'), 'utf8')) as {
          totals: { rows: number }
        }
      ).totals
      expect(rows).to.be.within(1, count - 1)
      const { code, stdout, stderr } = await run(args, { input: dated })
      expect(code, stderr).to.equal(0)
      const report = JSON.parse(stdout) as BackfillReport
      expect(report).to.deep.include({ rows: count, queued: count, resumedFrom: rows })
      work()
      await until(() => ids().size === count)
      // By their messageIds the collector has taken out what came twice.
      expect(collector.messages).to.have.length(count)
      // Each kill repeats what was in flight: two requests of a fifth of a second.
      expect(collector.duplicates).to.be.at.most(2 * 2 * 400)
    }))

  it('keeps the order of a person', () =>
    withCommand(async ({ run }) => {
      const rows = Array.from({ length: 3_000 }, (_, n) => `u${n % 7},${n}`)
      const args = via('--rate', '0', '--user-id', 'id', '--trait', 'n:number', '--timestamp-now')
      await run(args, { input: ['id,n', ...rows].join('\n') })
      work()
      await until(() => collector.messages.length === rows.length)
      const last = new Map<unknown, number>()
      for (const { userId, traits } of collector.messages) {
        const { n } = traits as { n: number }
        expect(n).to.be.greaterThan(last.get(userId) ?? -1)
        last.set(userId, n)
      }
    }))

  it('ends at once if the queue cannot be used, and shows no password', () =>
    withCommand(async ({ run }) => {
      const own = await RedisServer.start([], 'redis-secret')
      const env = { QUEUE: `redis://:another-secret@127.0.0.1:${own.port}` }
      const args = ['backfill', '-', '--format', 'csv', '--via-bullmq-env', 'QUEUE', ...mapping]
      const { code, stdout, stderr } = await run(args, { input: csv, env })
      await own.stop()
      expect({ code, stdout, stderr }).to.deep.equal({
        code: 1,
        stdout: '',
        stderr:
          'selfsame: the queue cannot be used: Redis refused the user name or the password (WRONGPASS)\n',
      })
    }))

  for (const [args, reason] of [
    [['--via-bullmq', 'redis://:p@h:1'], /a password on the command line/],
    [['--via-bullmq', 'redis://h:1', '--host', 'http://h'], /--host is of a service/],
    [['--via-bullmq', 'redis://h:1', '--to', 'a.db'], /--to is of a store/],
    [['--via-bullmq', 'redis://h:1', '--via-graphile-worker', 'postgres://h/d'], /not both/],
    [['--wait'], /--wait goes with --via/],
    [['--prefix', 'p'], /--prefix goes with --via/],
    [['--schema', 's'], /--schema goes with --via/],
    [['--via-bullmq', 'redis://h:1', '--schema', 's'], /--schema goes with --via-graphile-worker/],
    [
      ['--via-graphile-worker', 'postgres://h/d', '--prefix', 'p'],
      /--prefix goes with --via-bullmq/,
    ],
  ] as const) {
    it(`refuses ${args.join(' ')}`, () =>
      withCommand(async ({ run }) => {
        const { code, stderr } = await run([
          'backfill',
          '-',
          '--format',
          'csv',
          ...args,
          ...mapping,
        ])
        expect(code).to.equal(2)
        expect(stderr).to.match(reason)
      }))
  }

  it('by the API is queued, without a write key', async () => {
    const report = await backfill([{ type: 'identify', userId: 'u', timestamp: '2014-01-01' }], {
      delivery: bullmq({ connection: redis.url, source: 'web' }),
      checkpoint: false,
      rejects: () => undefined,
    })
    expect(report).to.deep.include({ messages: 1, delivered: 0, queued: 1, completed: true })
    work()
    await until(() => ids().size === 1)
  })
})

describe('a backfill over workers of graphile-worker', () => {
  it('waits until workers have delivered all', async () => {
    const cluster = new Cluster({ isDurable: true })
    const collector = await startCollector({ sources: { site: 'web-key' } })
    await runMigrations({ connectionString: cluster.url })
    const pool = new Pool({ connectionString: cluster.url })
    pool.on('error', () => undefined)
    const sources = { web: { writeKey: 'web-key', host: collector.url } }
    const worker = graphile.startWorker({ pool, sources })
    await withCommand(async ({ run }) => {
      const args = ['backfill', '-', '--format', 'csv', '--via-graphile-worker', cluster.url]
      const more = ['--source', 'web', '--wait', '--rate', '0', ...mapping]
      const { code, stdout, stderr } = await run([...args, ...more], { input: csv })
      expect({ code, stderr }).to.deep.equal({
        code: 0,
        stderr: 'the queue is empty: workers have delivered all\n',
      })
      expect(stdout).to.include(`${shown} queued`)
    })
    expect(collector.messages).to.have.length(count)
    await worker.close()
    await pool.end()
    await collector.close()
    cluster.stop()
  })
})
