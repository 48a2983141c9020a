// A Redis Cluster: the keys of all queues must belong to one slot, which a prefix in braces says.

import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { Cluster } from 'ioredis'
import { Analytics } from '../../lib/index.js'
import { bullmq, startWorker } from '../../lib/queue/bullmq/index.js'
import { warningsOf } from '../support/warnings.js'
import { RedisServer } from './redis-server.js'
import { until } from './until.js'

describe('a Redis Cluster', () => {
  let redis: RedisServer
  let collector: Collector
  const connections: Cluster[] = []

  before(async () => {
    collector = await startCollector()
    redis = await RedisServer.start([
      '--cluster-enabled',
      'yes',
      '--cluster-announce-ip',
      '127.0.0.1',
    ])
    await redis.client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    await until(async () => (await redis.client.cluster('INFO')).includes('cluster_state:ok'))
  })
  after(async () => {
    for (const each of connections) each.disconnect()
    await redis.stop()
    await collector.close()
  })

  function connect(): Cluster {
    const cluster = new Cluster([{ host: '127.0.0.1', port: redis.port }], {
      redisOptions: { maxRetriesPerRequest: null },
    })
    connections.push(cluster)
    return cluster
  }

  it('delivers if the prefix is in braces', async () => {
    const prefix = '{bull}'
    const delivery = bullmq({ connection: connect(), source: 'web', prefix })
    const analytics = new Analytics({ writeKey: 'unused', delivery })
    for (let n = 0; n < 50; n++) analytics.track({ userId: `u${n}`, event: 'Clicked' })
    expect(await analytics.close()).to.include({ queued: 50, failed: 0, pending: 0 })
    const sources = { web: { writeKey: 'k', host: collector.url } }
    const worker = startWorker({ connection: connect(), sources, prefix })
    await until(() => collector.accepted === 50)
    expect(await worker.close()).to.include({ delivered: 50, failed: 0 })
  })

  it('says so if the prefix has none', async () => {
    const delivery = bullmq({ connection: connect(), source: 'web' })
    const warnings = await warningsOf(async () => {
      const analytics = new Analytics({ writeKey: 'unused', delivery, flushOnExit: false })
      analytics.track({ userId: 'u', event: 'Clicked' })
      await analytics.close({ timeout: 1_500 })
    })
    expect(warnings.map(({ message }) => message).join()).to.include('a prefix in braces')
  })
})
