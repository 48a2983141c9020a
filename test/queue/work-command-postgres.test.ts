// `selfsame work --graphile-worker`, in processes of its own.

import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { Pool } from 'pg'
import { Analytics } from '../../lib/index.js'
import { graphileWorker } from '../../lib/queue/graphile-worker/index.js'
import { Cluster } from '../postgres/cluster.js'
import { expectOrder, numbersOf } from './order.js'
import { until } from './until.js'
import { endAll, work, type WorkProcess } from './work-process.js'

describe('selfsame work --graphile-worker', () => {
  let cluster: Cluster
  let pool: Pool
  let collector: Collector

  before(() => {
    cluster = new Cluster({ isDurable: true })
    pool = new Pool({ connectionString: cluster.url })
  })
  beforeEach(async () => {
    collector = await startCollector({ sources: { site: 'web-key' } })
  })
  afterEach(async () => {
    await endAll()
    await pool.query('drop schema if exists graphile_worker cascade')
    await collector.close()
  })
  after(async () => {
    await pool.end()
    cluster.stop()
  })

  const started = (...more: string[]): WorkProcess =>
    work([
      ...['--graphile-worker', cluster.url, '--source', 'web=WEB_KEY', '--host', collector.url],
      ...more,
    ])

  async function handOver(count: number): Promise<void> {
    const delivery = graphileWorker({ pool, lanes: 4, source: 'web' })
    const analytics = new Analytics({
      ...{ writeKey: 'x', flushOnExit: false, delivery, maxBatchSize: 20 },
    })
    for (let n = 0; n < count; n++) {
      analytics.track({ userId: `u${n % 10}`, event: 'E', properties: { n } })
    }
    expect(await analytics.close()).to.include({ queued: count })
  }

  it('installs graphile-worker, delivers until SIGTERM, and then ends with 0', async () => {
    const { child, output, ended } = started('--health', '0')
    await until(() => output().includes('health on port'))
    await handOver(200)
    await collector.waitFor(200, { timeout: 20_000 })
    child.kill('SIGTERM')
    expect(await ended).to.equal(0)
    expect(output()).to.include('delivering from PostgreSQL: web')
    expect(output()).to.match(/200 delivered, 0 failed\n$/)
  })

  it('loses nothing when a worker is killed: another takes over, in order', async () => {
    collector.misbehave(() => ({ delay: 100 }))
    const first = started('--stalled-interval', '2000')
    await handOver(400)
    await until(() => collector.messages.length > 0)
    first.child.kill('SIGKILL')
    await first.ended
    const killed = performance.now()
    const second = started('--stalled-interval', '2000')
    await until(() => new Set(numbersOf(collector)).size === 400, 30_000)
    expect(performance.now() - killed).to.be.below(25_000)
    expectOrder(numbersOf(collector), 10)
    second.child.kill('SIGTERM')
    expect(await second.ended).to.equal(0)
  })

  it('ends at once if the port of its health address is in use', async () => {
    const taken = createServer().listen(0)
    await once(taken, 'listening')
    try {
      const { port } = taken.address() as AddressInfo
      const started = performance.now()
      const { ended, output } = work([
        ...['--graphile-worker', cluster.url, '--source', 'web=WEB_KEY', '--health', `${port}`],
      ])
      expect(await ended).to.equal(2)
      expect(output()).to.include('EADDRINUSE')
      // An open pool would hold the process for ten seconds.
      expect(performance.now() - started).to.be.below(9_000)
    } finally {
      taken.close()
    }
  })

  it('refuses a password on the command line', async () => {
    const { ended, output } = work([
      ...['--graphile-worker', 'postgres://me:sesame@h/app', '--source', 'web=WEB_KEY'],
    ])
    expect(await ended).to.equal(2)
    expect(output()).to.include('--graphile-worker-env').and.not.to.include('sesame')
  })
})
