// What becomes of messages that are not handed over to graphile-worker when the process ends.

import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { runMigrations } from 'graphile-worker'
import { Cluster } from '../postgres/cluster.js'
import { eventsOf, runToItsEnd, type Ending } from './ending.js'

describe('the end of a process with a queue on graphile-worker', () => {
  let cluster: Cluster
  let collector: Collector

  before(async () => {
    cluster = new Cluster({ isDurable: true })
    await runMigrations({ connectionString: cluster.url })
    await cluster.query(`create role guarded superuser login password 'pg-secret'`)
    await cluster.askPassword('guarded')
  })
  beforeEach(async () => {
    await cluster.query('delete from graphile_worker._private_jobs')
    collector = await startCollector({ sources: { site: 'web-key' } })
  })
  afterEach(() => collector.close())
  after(() => cluster.stop())

  async function queued(): Promise<unknown[]> {
    const rows = await cluster.query(
      'select payload from graphile_worker._private_jobs order by id',
    )
    return eventsOf((rows as { payload: unknown }[]).map(({ payload }) => payload))
  }

  const arrived = (): unknown[] => collector.messages.map(({ event }) => event)

  function end(settings: object = {}): Promise<Ending> {
    const pool = { connectionString: cluster.url }
    return runToItsEnd({ pool, client: { host: collector.url }, ...settings })
  }

  function guarded(password?: string): object {
    const host = new URL(cluster.url.replace('@/', '@localhost/')).searchParams.get('host')
    return { host, user: 'guarded', database: 'postgres', password }
  }

  const all = ['Ending', 'Ended']

  async function expectQueued(ended: Ending): Promise<void> {
    const counts = { queued: 2, delivered: 0, failed: 0 }
    expect(ended).to.deep.include({ stderr: '', counts })
    expect(await queued()).to.deep.equal(all)
    expect(arrived()).to.deep.equal([])
  }

  function expectPosted(ended: Ending): void {
    const counts = { queued: 0, delivered: 2, failed: 0 }
    expect(ended).to.deep.include({ code: 0, stderr: '', counts })
    expect(arrived()).to.deep.equal(all)
  }

  it('by process.exit() hands over what is pending', async () => {
    await expectQueued(await end())
  })

  it('by a signal hands over what is pending', async () => {
    const ended = await end({ end: 'SIGTERM' })
    expect(ended.signal).to.equal('SIGTERM')
    await expectQueued(ended)
  })

  it('puts what is pending behind what is queued', async () => {
    await end({ before: ['First', 'Second'] })
    expect(await queued()).to.deep.equal(['First', 'Second', ...all])
  })

  it('connects with the password of the pool', async () => {
    await expectQueued(await end({ pool: guarded('pg-secret') }))
  })

  it('posts to the endpoint if PostgreSQL refuses the password', async () => {
    expectPosted(await end({ pool: guarded('another') }))
    expect(await queued()).to.deep.equal([])
  })

  it('posts to the endpoint if the password is a function', async () => {
    const settings = { pool: guarded(), hasFunction: true, password: 'pg-secret' }
    const { counts } = await end({ ...settings, before: ['First'] })
    expect(counts).to.deep.equal({ queued: 1, delivered: 2, failed: 0 })
    expect(await queued()).to.deep.equal(['First'])
    expect(arrived()).to.deep.equal(all)
  })

  it('posts to the endpoint if PostgreSQL is away', async () => {
    cluster.halt()
    try {
      expectPosted(await end())
    } finally {
      cluster.start()
    }
  })
})
