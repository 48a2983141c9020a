// A worker delivers what was handed over to BullMQ.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startCollector, type Collector } from '@selfsame/collector'
import { Queue } from 'bullmq'
import { expect } from 'chai'
import { Analytics } from '../../lib/index.js'
import { bullmq, startWorker, type RunningWorker } from '../../lib/queue/bullmq/index.js'
import type { BullmqWorkerOptions } from '../../lib/queue/bullmq/index.js'
import { redisPace } from '../../lib/queue/bullmq/redis-pace.js'
import { jobText, type JobData } from '../../lib/queue/job.js'
import { expectOrder, numbersOf } from './order.js'
import { RedisServer } from './redis-server.js'
import { until } from './until.js'

describe('a worker of BullMQ', () => {
  let redis: RedisServer
  let collector: Collector
  const workers: RunningWorker[] = []
  const clients: Analytics[] = []
  let problems: string[] = []

  before(async () => (redis = await RedisServer.start(['--maxmemory-policy', 'noeviction'])))
  beforeEach(async () => {
    await redis.client.flushall()
    // It refuses any other write key.
    collector = await startCollector({ sources: { site: 'web-key' } })
    problems = []
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) {
      client.on('error', () => undefined)
      await client.close({ timeout: 0 })
    }
    await Promise.all(workers.splice(0).map((worker) => worker.close({ timeout: 1_000 })))
    await collector.close()
  })
  after(() => redis.stop())

  function client(lanes = 4, source = 'web'): Analytics {
    const delivery = bullmq({ connection: redis.url, lanes, source })
    const made = new Analytics({ writeKey: 'unused', flushOnExit: false, delivery, flushAt: 50 })
    clients.push(made)
    return made
  }

  function work(options: Partial<BullmqWorkerOptions> = {}): RunningWorker {
    const worker = startWorker({
      connection: redis.url,
      sources: { web: { writeKey: 'web-key', host: collector.url } },
      onProblem: (text) => problems.push(text),
      ...options,
    })
    workers.push(worker)
    return worker
  }

  async function handOver(count: number, { lanes = 4, users = 20 } = {}): Promise<void> {
    const analytics = client(lanes)
    for (let n = 0; n < count; n++) {
      analytics.track({ userId: `u${n % users}`, event: 'E', properties: { n } })
    }
    const { queued } = await analytics.flush()
    expect(queued).to.equal(count)
  }

  async function failedJobs(queue: string): Promise<{ reason: string; data: unknown }[]> {
    const opened = new Queue(queue, { connection: { port: redis.port } })
    const jobs = await opened.getFailed()
    await opened.close()
    return jobs.map(({ failedReason, data }) => ({ reason: failedReason, data: data as unknown }))
  }

  it('delivers each message once, with the write key of its source', async () => {
    work()
    await handOver(1_000)
    await collector.waitFor(1_000)
    expect(new Set(collector.messages.map(({ messageId }) => messageId)).size).to.equal(1_000)
    expect(collector.rejected).to.deep.equal([])
  })

  it('keeps the order of each person with several workers, whatever the server answers', async () => {
    collector.misbehave(({ n }) =>
      n % 3 === 0 ? { status: 503 } : n % 7 === 0 ? { reset: 'after' } : {},
    )
    for (let n = 0; n < 3; n++) work()
    await handOver(1_200, { users: 10 })
    await until(() => new Set(numbersOf(collector)).size === 1_200, 30_000)
    expectOrder(numbersOf(collector), 10)
  })

  it('retries within the job for as long as the server is away', async () => {
    await collector.down()
    const worker = work()
    await handOver(20)
    await until(() => worker.stats().problem === 'ECONNREFUSED')
    expect(worker.stats()).to.include({ delivered: 0, failed: 0 })
    await collector.up()
    await collector.waitFor(20)
    await until(() => worker.stats().delivered === 20)
    expect(worker.stats().problem).to.equal(undefined)
  })

  it('puts what the server refuses into the failed set, without what it took', async () => {
    collector.misbehave(({ messages = [] }) =>
      messages.some((each) => (each as { properties: { n: number } }).properties.n === 7)
        ? { status: 400 }
        : {},
    )
    const worker = work()
    await handOver(20, { lanes: 1 })
    await until(() => worker.stats().jobs === 1)
    expect(worker.stats()).to.include({ delivered: 19, failed: 1, failedJobs: 1 })
    const [failed, ...others] = await failedJobs('selfsame')
    expect(others).to.deep.equal([])
    expect(failed!.reason).to.equal('1 of 20 messages failed: rejected: the server answered 400')
    expect(failed!.data).to.include({ count: 1, source: 'web' })
    expect(problems).to.deep.equal([`a job of selfsame failed: ${failed!.reason}`])
  })

  it('writes what the server refuses to the file of dead letters, if there is one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'selfsame-worker-'))
    try {
      const deadLetter = join(folder, 'letters.ndjson')
      collector.misbehave(() => ({ status: 401 }))
      const worker = work({
        sources: { web: { writeKey: 'web-key', host: collector.url, deadLetter } },
      })
      await handOver(20, { lanes: 1 })
      await until(() => worker.stats().jobs === 1)
      expect(worker.stats()).to.include({ failed: 20, failedJobs: 0 })
      expect(readFileSync(deadLetter, 'utf8').trim().split('\n')).to.have.length(20)
      expect(await failedJobs('selfsame')).to.deep.equal([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('puts poisoned jobs into the failed set, with a reason, and delivers the others', async () => {
    await handOver(5, { lanes: 1 })
    const queue = new Queue('selfsame', { connection: { port: redis.port } })
    const message = JSON.stringify({ type: 'track', userId: 'u', event: 'E', messageId: 'm' })
    const whole = JSON.parse(jobText('web', [message, message])) as JobData
    const poisoned: [unknown, RegExp][] = [
      [
        { ...whole, messages: [...whole.messages.slice(1), 'x'] },
        /^the job is damaged: message 2 of 2/,
      ],
      [
        { ...whole, messages: whole.messages.slice(1) },
        /^the job is cut off: it has 1 of 2 messages/,
      ],
      [{ ...whole, v: 2 }, /^the job has the format 2, and this worker knows 1/],
      [{ ...whole, source: 'shop' }, /^the job is of the source shop, and this worker has: web/],
      [{ hello: 'world' }, /^the job was not made by selfsame/],
      [null, /^the job is null/],
    ]
    for (const [data] of poisoned) await queue.add('web', data)
    // As after a repair of Redis's file, which may cut a value.
    const { id } = await queue.add('web', whole)
    const text = jobText('web', [message, message])
    await redis.client.hset(`bull:selfsame:${id}`, 'data', text.slice(0, -9))
    poisoned.push([text, /^the job is cut off or damaged: it is not JSON/])
    await queue.close()
    await handOver(5, { lanes: 1 })
    const worker = work()
    await until(() => worker.stats().jobs === 9)
    expect(worker.stats()).to.include({ delivered: 10, failedJobs: 7 })
    const reasons = (await failedJobs('selfsame')).map(({ reason }) => reason).reverse()
    poisoned.forEach(([, pattern], index) => expect(reasons[index]).to.match(pattern))
    expect(problems.join('\n')).not.to.include('messageId')
  })

  it('finishes the job in delivery when it is closed, and takes no other', async () => {
    collector.misbehave(() => ({ delay: 1_000 }))
    const worker = work()
    await handOver(50, { lanes: 1 })
    await collector.waitFor(50)
    await handOver(50, { lanes: 1 })
    await worker.close()
    expect(worker.stats()).to.include({ delivered: 50, jobs: 1 })
    expect(await redis.client.llen('bull:selfsame:wait')).to.equal(1)
    expect(await redis.client.llen('bull:selfsame:active')).to.equal(0)
  })

  it('gives a job back that it cannot finish, in its place', async () => {
    await collector.down()
    const worker = work()
    const analytics = client(1)
    analytics.track({ userId: 'u', event: 'first', properties: { n: 1 } })
    await analytics.flush()
    await until(() => worker.stats().problem !== undefined)
    analytics.track({ userId: 'u', event: 'second', properties: { n: 2 } })
    await analytics.flush()
    const started = performance.now()
    await worker.close({ timeout: 200 })
    expect(performance.now() - started).to.be.below(3_000)
    expect(await redis.client.llen('bull:selfsame:wait')).to.equal(2)
    await collector.up()
    work()
    await collector.waitFor(2)
    expect(numbersOf(collector)).to.deep.equal([1, 2])
  })

  it('says once that a job was taken from it', async () => {
    collector.misbehave(() => ({ delay: 4_000 }))
    work({ stalledInterval: 1_000 })
    await handOver(1, { lanes: 1 })
    await collector.waitFor(1)
    const [id = ''] = await redis.client.lrange('bull:selfsame:active', 0, -1)
    await redis.client.set(`bull:selfsame:${id}:lock`, 'of another')
    await until(() => problems.length > 0)
    // It would try to keep the lock every 250 ms.
    await sleep(1_500)
    expect(problems.filter((text) => text.includes('a job was taken'))).to.have.length(1)
  })

  it('goes on when Redis was away', async () => {
    const own = await RedisServer.start()
    try {
      const worker = work({ connection: own.url })
      const delivery = bullmq({ connection: own.url, source: 'web' })
      const analytics = new Analytics({ writeKey: 'k', flushOnExit: false, delivery })
      clients.push(analytics)
      analytics.track({ userId: 'u', event: 'before', properties: { n: 1 } })
      await analytics.flush()
      await collector.waitFor(1)
      await own.kill()
      await until(() => worker.stats().problem !== undefined)
      await own.start()
      analytics.track({ userId: 'u', event: 'after', properties: { n: 2 } })
      await analytics.flush()
      await collector.waitFor(2)
      await until(() => worker.stats().problem === undefined)
      await worker.close({ timeout: 500 })
    } finally {
      await own.stop()
    }
  })

  it('keeps one pace with other workers', async () => {
    for (let n = 0; n < 3; n++) work({ rate: 1_000 })
    await handOver(3_000)
    const times: number[] = []
    collector.on('message', () => times.push(performance.now()))
    const before = collector.messages.length
    await until(() => collector.messages.length === 3_000, 10_000)
    const counted = times.length
    expect(counted).to.be.above(2_000 - before)
    const rate = (counted - 100) / ((times.at(-1)! - times[0]!) / 1_000)
    expect(rate).to.be.within(850, 1_100)
  })

  it('keeps its pace if the clock of Redis was set back', async () => {
    const pace = redisPace(redis.client, 'pace', 10)
    const { signal } = new AbortController()
    await pace.reserve(10, signal)
    const later = (await redis.client.get('pace'))!
    const hour = 3_600_000
    await redis.client.set(
      'pace',
      later.replace(/[\d.]+/g, (time) => String(Number(time) + hour)),
    )
    // A second, less what has passed of it.
    expect(await pace.reserve(10, signal)).to.be.below(1_000)
    expect(await pace.reserve(10, signal)).to.be.within(1, 2_000)
  })

  it('counts the jobs that wait', async () => {
    await collector.down()
    const worker = work()
    await handOver(1, { lanes: 1 })
    await until(() => worker.stats().problem !== undefined)
    await handOver(1, { lanes: 1 })
    await handOver(1, { lanes: 1 })
    expect(await worker.backlog()).to.equal(2)
  })

  it('waits as long as it is told to when it is closed', async () => {
    collector.misbehave(() => ({ delay: 500 }))
    const worker = work()
    await handOver(1, { lanes: 1 })
    await collector.waitFor(1)
    expect(await worker.close({ timeout: Infinity })).to.include({ jobs: 1, delivered: 1 })
  })

  it('refuses a timeout that is wrong', async () => {
    const worker = work()
    const closing = worker.close({ timeout: '5' as never })
    const error = await closing.catch((reason: unknown) => reason)
    expect(String(error)).to.equal(
      'TypeError: option timeout is "5"; allowed: a whole number, 0 or more, or Infinity',
    )
  })

  for (const [what, wrong, option] of [
    ['no source', { sources: {} }, 'sources'],
    ['a source without a key', { sources: { web: undefined } }, 'sources.web.writeKey'],
    ['a host', { sources: { web: { writeKey: 'k', host: 'x' } } }, 'sources.web.host'],
    ['a name of a source', { sources: { 'my site': 'k' } }, 'sources'],
    ['a rate', { sources: { web: 'k' }, rate: 0 }, 'rate'],
    ['an interval', { sources: { web: 'k' }, stalledInterval: 1 }, 'stalledInterval'],
  ] as const) {
    it(`refuses ${what} that is wrong`, () => {
      expect(() => work(wrong)).to.throw(TypeError, `option ${option} `)
    })
  }
})
