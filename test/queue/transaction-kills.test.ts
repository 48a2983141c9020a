// Apps are killed in the middle of their transactions: exactly the messages of those that were committed arrive.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { runMigrations } from 'graphile-worker'
import { Pool } from 'pg'
import { startWorker } from '../../lib/queue/graphile-worker/index.js'
import { Cluster } from '../postgres/cluster.js'
import { until } from './until.js'

const program = fileURLToPath(new URL('programs/orders.js', import.meta.url))

/** `TRANSACTIONS=10000 TRANSACTION_KILLS=40` is the long run. */
const transactions = Number(process.env.TRANSACTIONS ?? 600)
const kills = Number(process.env.TRANSACTION_KILLS ?? 4)

describe('inTransaction() of apps that are killed', function () {
  this.timeout(600_000)
  let cluster: Cluster
  let pool: Pool
  let collector: Collector

  before(async () => {
    cluster = new Cluster({ isDurable: true })
    pool = new Pool({ connectionString: cluster.url, max: 20 })
    await runMigrations({ connectionString: cluster.url })
    await pool.query('create table orders (id serial primary key)')
    collector = await startCollector()
  })
  after(async () => {
    await collector.close()
    await pool.end()
    cluster.stop()
  })

  function startApp(): ChildProcess {
    return spawn(process.execPath, [program], {
      env: {
        ...{ ...process.env, NODE_OPTIONS: '' },
        ...{ DATABASE_URL: cluster.url, ORDERS: String(transactions) },
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
  }

  async function begun(): Promise<number> {
    const { rows } = await pool.query<{ last_value: string }>(
      'select last_value from orders_id_seq',
    )
    return Number(rows[0]!.last_value)
  }

  it('sends what was committed, and nothing else', async () => {
    const apps = [startApp(), startApp()]
    for (let n = 1; n <= kills; n++) {
      const due = ((n - Math.random()) * transactions) / (kills + 1)
      await until(async () => (await begun()) >= due, 120_000)
      const index = n % apps.length
      const ended = once(apps[index]!, 'exit')
      apps[index]!.kill('SIGKILL')
      await ended
      apps[index] = startApp()
    }
    const codes = await Promise.all(
      apps.map(async (app) => app.exitCode ?? ((await once(app, 'exit'))[0] as number)),
    )
    expect(codes).to.deep.equal([0, 0])
    const { rows } = await pool.query<{ id: number }>('select id from orders order by id')
    const committed = rows.map(({ id }) => id)
    const source = { writeKey: 'k', host: collector.url }
    const worker = startWorker({ pool, sources: { web: source } })
    await until(() => worker.stats().delivered >= committed.length, 300_000)
    // Whatever else there is would be delivered, too.
    await until(async () => (await worker.backlog()) === 0)
    await worker.close()
    const arrived = collector.messages.map(({ properties }) => (properties as { id: number }).id)
    expect(arrived.sort((a, b) => a - b)).to.deep.equal(committed)
    expect(committed.length).to.be.within(transactions * 0.3, transactions * 0.7)
    console.log(`      ${transactions} transactions, ${kills} kills: ${committed.length} committed`)
  })
})
