// A client hands its batches over to BullMQ.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue, type Job } from 'bullmq'
import { expect } from 'chai'
import { Analytics, directory, type AnalyticsOptions } from '../../lib/index.js'
import { readJob, type JobData } from '../../lib/queue/job.js'
import { bullmq, type BullmqOptions } from '../../lib/queue/bullmq/index.js'
import { warningsOf } from '../support/warnings.js'
import { freePort, RedisServer } from './redis-server.js'

interface Sent {
  messageId: string
  userId?: string
  event?: string
}

describe('handing over to BullMQ', () => {
  let redis: RedisServer
  const clients: Analytics[] = []

  before(async () => (redis = await RedisServer.start(['--maxmemory-policy', 'noeviction'])))
  beforeEach(() => redis.client.flushall())
  afterEach(async () => {
    for (const client of clients.splice(0)) {
      client.on('error', () => undefined)
      await client.close({ timeout: 0 })
    }
  })
  after(() => redis.stop())

  function client(
    queue: Partial<BullmqOptions> = {},
    options: Partial<AnalyticsOptions> = {},
  ): Analytics {
    const delivery = bullmq({ connection: redis.url, ...queue })
    const made = new Analytics({ writeKey: 'secret-key', flushOnExit: false, delivery, ...options })
    clients.push(made)
    return made
  }

  async function jobsOf(name: string): Promise<Job<JobData>[]> {
    const queue = new Queue<JobData>(name, { connection: { port: redis.port } })
    const jobs = await queue.getJobs(['waiting'], 0, -1, true)
    await queue.close()
    return jobs
  }

  const messagesOf = (jobs: Job<JobData>[]): Sent[] =>
    jobs.flatMap(({ data }) => readJob(data).messages.map((text) => JSON.parse(text) as Sent))

  it('counts a message as queued when Redis has it, and calls its callback', async () => {
    const analytics = client({ lanes: 1, source: 'web' })
    const heard: unknown[] = []
    analytics.track({ userId: 'u1', event: 'A' }, (error, { event }) => heard.push(error, event))
    analytics.track({ userId: 'u2', event: 'B' })
    const counts = await analytics.flush()
    expect(counts).to.deep.equal({ delivered: 0, queued: 2, failed: 0, pending: 0 })
    expect(analytics.stats()).to.include({ enqueued: 2, queued: 2, delivered: 0 })
    const [job, ...others] = await jobsOf('selfsame')
    expect(others).to.deep.equal([])
    expect(job).to.include({ name: 'web' })
    expect(job!.data).to.include({ v: 1, source: 'web', count: 2 })
    expect(messagesOf([job!]).map(({ event }) => event)).to.deep.equal(['A', 'B'])
    expect(heard[0]).to.equal(undefined)
    expect(heard[1]).to.include({ event: 'A' })
  })

  it('puts no write key into Redis', async () => {
    const analytics = client()
    for (let n = 0; n < 50; n++) analytics.identify({ userId: `u${n}` })
    await analytics.flush()
    const keys = await redis.client.keys('*')
    const values = await Promise.all(
      keys.map(async (key) => {
        const type = await redis.client.type(key)
        return type === 'hash' ? JSON.stringify(await redis.client.hgetall(key)) : key
      }),
    )
    expect(values.join('\n')).to.include('"userId').and.not.to.include('secret-key')
  })

  it('keeps the messages of each person in one lane, in order', async () => {
    const analytics = client({ lanes: 4 }, { flushAt: 7 })
    for (let n = 0; n < 500; n++) analytics.track({ userId: `u${n % 20}`, event: String(n) })
    await analytics.flush()
    const seen = new Map<string, number[]>()
    for (let lane = 1; lane <= 4; lane++) {
      const users = new Map<string, number[]>()
      for (const { userId = '', event } of messagesOf(await jobsOf(`selfsame-${lane}-of-4`))) {
        users.set(userId, [...(users.get(userId) ?? []), Number(event)])
      }
      expect(users.size).to.be.above(0)
      for (const [user, events] of users) {
        expect(seen.has(user)).to.equal(false)
        seen.set(user, events)
      }
    }
    expect(seen.size).to.equal(20)
    for (const events of seen.values()) {
      expect(events).to.have.length(25)
      expect(events).to.deep.equal(events.toSorted((a, b) => a - b))
    }
  })

  it('lets one job of a lane run at a time, and says which lanes there are', async () => {
    const analytics = client({ lanes: 2, name: 'shop', prefix: 'app' })
    // The second time Redis has lost everything.
    for (const event of ['A', 'B']) {
      for (const userId of ['u1', 'u2']) analytics.track({ userId, event })
      await analytics.flush()
      for (const lane of [1, 2]) {
        expect(await redis.client.hget(`app:shop-${lane}-of-2:meta`, 'concurrency')).to.equal('1')
      }
      expect(await redis.client.smembers('app:shop:lanes')).to.deep.equal(['2'])
      await redis.client.flushall()
    }
  })

  it('says which lanes there are after a connection of yours has met an empty Redis', async () => {
    const own = await RedisServer.start(['--appendonly', 'no'])
    try {
      const analytics = client({ connection: own.client, lanes: 1 })
      analytics.track({ userId: 'u1', event: 'before' })
      await analytics.flush()
      await own.kill()
      await own.start()
      analytics.track({ userId: 'u1', event: 'after' })
      await analytics.flush()
      expect(await own.client.smembers('bull:selfsame:lanes')).to.deep.equal(['1'])
      expect(await own.client.hget('bull:selfsame:meta', 'concurrency')).to.equal('1')
    } finally {
      await own.stop()
    }
  })

  it('keeps messages while Redis is away, and hands them over when it is back', async () => {
    const own = await RedisServer.start()
    await own.kill()
    const analytics = client({ connection: own.url, lanes: 1 })
    const started = performance.now()
    for (let n = 0; n < 100; n++) analytics.track({ userId: 'u1', event: String(n) })
    expect(performance.now() - started).to.be.below(1_000)
    await analytics.flush({ timeout: 300 })
    expect(analytics.stats()).to.include({ pending: 100, queued: 0, failed: 0 })
    try {
      await own.start()
      await analytics.flush()
      expect(analytics.stats()).to.include({ pending: 0, queued: 100 })
    } finally {
      await own.stop()
    }
  })

  it('connects again after Redis was killed, and adds no job twice', async () => {
    const own = await RedisServer.start()
    try {
      const analytics = client({ connection: own.url, lanes: 1 })
      analytics.track({ userId: 'u1', event: 'before' })
      await analytics.flush()
      await own.kill('SIGTERM')
      analytics.track({ userId: 'u1', event: 'during' })
      await analytics.flush({ timeout: 100 })
      expect(analytics.stats()).to.include({ queued: 1, pending: 1 })
      await own.start()
      await analytics.flush()
      expect(analytics.stats()).to.include({ queued: 2, pending: 0 })
      expect(await own.client.llen('bull:selfsame:wait')).to.equal(2)
    } finally {
      await own.stop()
    }
  })

  it('leaves messages in the outbox on disk while Redis is away', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'selfsame-queue-'))
    try {
      const away = `redis://127.0.0.1:${await freePort()}`
      const first = client({ connection: away, lanes: 1 }, { outbox: directory(folder) })
      first.track({ userId: 'u1', event: 'A' })
      await first.close({ timeout: 100 })
      expect(first.stats()).to.include({ pending: 1, failed: 0 })
      const second = client({ lanes: 1 }, { outbox: directory(folder) })
      await second.flush()
      expect(second.stats()).to.include({ pending: 0, queued: 1 })
      expect(messagesOf(await jobsOf('selfsame')).map(({ event }) => event)).to.deep.equal(['A'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('takes a connection of yours, and leaves it open', async () => {
    const analytics = client({ connection: redis.client, lanes: 1 })
    analytics.track({ userId: 'u1', event: 'A' })
    expect(await analytics.close()).to.include({ queued: 1 })
    expect(await redis.client.ping()).to.equal('PONG')
  })

  it('warns if Redis may lose or evict what it has', async () => {
    const careless = await RedisServer.start([
      ...['--appendonly', 'no', '--maxmemory-policy', 'allkeys-lru'],
    ])
    try {
      const warnings = await warningsOf(async () => {
        const analytics = client({ connection: careless.url })
        analytics.track({ userId: 'u1', event: 'A' })
        await analytics.flush()
      })
      const texts = warnings.filter(({ code }) => code === 'SELFSAME_QUEUE')
      expect(texts.map(({ message }) => message)).to.have.length(2)
      expect(texts[0]?.message).to.include('maxmemory-policy is allkeys-lru')
      expect(texts[1]?.message).to.include('appendonly')
    } finally {
      await careless.stop()
    }
    const none = await warningsOf(async () => {
      const analytics = client()
      analytics.track({ userId: 'u1', event: 'A' })
      await analytics.flush()
    })
    expect(none.map(({ message }) => message)).to.deep.equal([])
  })
})
