// Connections of ioredis with options of the user's own, and what a client leaves behind in them.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { Redis } from 'ioredis'
import { Analytics, type AnalyticsOptions } from '../../lib/index.js'
import { BullmqEngine } from '../../lib/queue/bullmq/bullmq-engine.js'
import { bullmq, type RedisConnection } from '../../lib/queue/bullmq/index.js'
import { warningsOf } from '../support/warnings.js'
import { RedisServer } from './redis-server.js'
import { until } from './until.js'

describe('a connection to Redis', () => {
  let redis: RedisServer
  const clients: Analytics[] = []
  const connections: Redis[] = []

  beforeEach(async () => (redis = await RedisServer.start(['--maxmemory-policy', 'noeviction'])))
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close({ timeout: 0 })
    for (const each of connections.splice(0)) each.disconnect()
    await redis.stop()
  })

  function client(connection: RedisConnection, options: Partial<AnalyticsOptions> = {}): Analytics {
    const delivery = bullmq({ connection, lanes: 1 })
    const made = new Analytics({ writeKey: 'unused', flushOnExit: false, delivery, ...options })
    made.on('error', () => undefined)
    clients.push(made)
    return made
  }

  function connect(options: {
    lazyConnect?: boolean
    maxRetriesPerRequest?: number | null
  }): Redis {
    const connection = new Redis(redis.url, { retryStrategy: () => 100, ...options })
    connection.on('error', () => undefined)
    connections.push(connection)
    return connection
  }

  /** How many commands have no answer yet. */
  const sentBy = (connection: Redis): number =>
    (connection as unknown as { commandQueue: unknown[] }).commandQueue.length
  const jobs = (): Promise<number> => redis.client.llen('bull:selfsame:wait')

  it('of yours that is lazy, and met no Redis at first, is used when there is one', async () => {
    await redis.kill()
    const analytics = client(connect({ lazyConnect: true }))
    analytics.track({ userId: 'u', event: 'A' })
    await analytics.flush({ timeout: 300 })
    expect(analytics.stats()).to.include({ pending: 1, queued: 0 })
    await redis.start()
    expect(await analytics.flush({ timeout: 10_000 })).to.include({ pending: 0, queued: 1 })
    expect(await jobs()).to.equal(1)
  })

  it('of yours that waits for ever adds nothing after a client has given up', async () => {
    const connection = connect({ maxRetriesPerRequest: null })
    const analytics = client(connection)
    analytics.track({ userId: 'u', event: 'A' })
    await analytics.flush()
    await redis.kill()
    await until(() => connection.status !== 'ready')
    analytics.track({ userId: 'u', event: 'B' })
    await analytics.close({ timeout: 500 })
    expect(analytics.stats()).to.include({ queued: 1, failed: 1 })
    await redis.start()
    await until(() => connection.status === 'ready')
    // Behind all that it had kept.
    await connection.ping()
    expect(await jobs()).to.equal(1)
  })

  it('of yours keeps one batch of a client, however long Redis hangs', async () => {
    const connection = connect({ maxRetriesPerRequest: null })
    const analytics = client(connection, { httpRequestTimeout: 100 })
    analytics.track({ userId: 'u', event: 'A' })
    await analytics.flush()
    redis.signal('SIGSTOP')
    const { requests } = analytics.stats()
    analytics.track({ userId: 'u', event: 'B' })
    void analytics.flush({ timeout: 10_000 })
    await until(() => analytics.stats().requests >= requests + 4)
    // The lanes with their limit, and the job.
    expect(sentBy(connection)).to.equal(2)
    redis.signal('SIGCONT')
    await until(() => analytics.stats().queued === 2)
    expect(await jobs()).to.equal(2)
  })

  it('of yours that hangs keeps no attempt that was given up', async () => {
    const connection = connect({ maxRetriesPerRequest: null })
    const engine = new BullmqEngine({
      ...{ connection, lanes: 1, timeout: 1_000 },
      naming: { name: 'selfsame', prefix: 'bull' },
      warn: () => undefined,
    })
    const add = (id: string, signal = new AbortController().signal): Promise<void> =>
      engine.add([{ lane: 0, id, source: 'web', text: '{}' }], signal)
    await add('first')
    redis.signal('SIGSTOP')
    const hanging = add('second')
    await until(() => sentBy(connection) === 2)
    const attempt = new AbortController()
    let end: unknown
    const given = add('third', attempt.signal).catch((error: unknown) => (end = error))
    await nextTurn()
    attempt.abort(new Error('given up'))
    await until(() => end !== undefined, 5_000).finally(() => redis.signal('SIGCONT'))
    await Promise.all([hanging, given])
    expect(String(end)).to.equal('Error: given up')
    expect(await jobs()).to.equal(2)
    engine.close()
  })

  it('of yours may be that of many clients, also while there is no Redis', async () => {
    await redis.kill()
    const connection = connect({ maxRetriesPerRequest: null })
    const warnings = await warningsOf(async () => {
      for (let n = 0; n < 8; n++) client(connection).track({ userId: 'u', event: 'A' })
      await Promise.all(clients.map((each) => each.flush({ timeout: 300 })))
      await redis.start()
      await Promise.all(clients.map((each) => each.flush()))
    })
    expect(await jobs()).to.equal(8)
    expect(warnings.map(({ name }) => name)).not.to.include('MaxListenersExceededWarning')
  })

  it('may be given as a URL among options', async () => {
    const analytics = client({ url: `${redis.url}/1`, connectionName: 'app' })
    analytics.track({ userId: 'u', event: 'A' })
    expect(await analytics.flush()).to.include({ queued: 1 })
    await redis.client.select(1)
    expect(await jobs()).to.equal(1)
  })

  it('gathers no listeners if Redis refuses every attempt', async () => {
    await redis.client.call('ACL', 'SETUSER', 'app', 'on', '>sesame', '~*', '+@all', '-sadd')
    const engine = new BullmqEngine({
      ...{ connection: redis.url.replace('//', '//app:sesame@'), lanes: 1, timeout: 1_000 },
      naming: { name: 'selfsame', prefix: 'bull' },
      warn: () => undefined,
    })
    const { signal } = new AbortController()
    const warnings = await warningsOf(async () => {
      for (let n = 0; n < 30; n++) {
        const job = { lane: 0, id: `job-${n}`, source: 'web', text: '{}' }
        const error = await engine.add([job], signal).catch((reason: unknown) => reason)
        expect(String(error)).to.include('The user executing the script')
      }
    })
    engine.close()
    expect(warnings).to.deep.equal([])
  })
})
