// PostgreSQL breaks in one way or another: clients keep their messages and say why, and workers go on when it is over.

import { runMigrations } from 'graphile-worker'
import { Pool } from 'pg'
import { graphileWorker, startWorker } from '../../lib/queue/graphile-worker/index.js'
import { Cluster } from '../postgres/cluster.js'
import { expectToSurvive, type Fault } from './outage.js'
import { together } from './together.js'

const clusters: Cluster[] = []
const pools: Pool[] = []

async function start(): Promise<Cluster> {
  const cluster = new Cluster({ isDurable: true })
  clusters.push(cluster)
  await runMigrations({ connectionString: cluster.url })
  return cluster
}

function at(
  cluster: Cluster,
  { client = cluster.url, worker = cluster.url } = {},
): Pick<Fault, 'delivery' | 'startWorker'> {
  const newPool = (connectionString: string): Pool => {
    const pool = new Pool({ connectionString, max: 20 })
    pool.on('error', () => undefined)
    pools.push(pool)
    return pool
  }
  const pool = newPool(client)
  return {
    delivery: () => graphileWorker({ pool, lanes: 4, source: 'web' }),
    startWorker: (options) =>
      startWorker({ pool: newPool(worker), stalledInterval: 1_000, ...options }),
  }
}

async function isAway(): Promise<void> {
  const cluster = await start()
  await expectToSurvive({
    ...at(cluster),
    begin: () => {
      cluster.halt('fast')
    },
    end: () => {
      cluster.start()
    },
    problem: /PostgreSQL: (ENOENT|ECONNREFUSED|57P01)/,
  })
}

async function isReadOnly(): Promise<void> {
  const cluster = await start()
  const change = (value: 'on' | 'off'): Promise<unknown> =>
    cluster.query(
      'set default_transaction_read_only = off',
      `alter system set default_transaction_read_only = ${value}`,
      'select pg_reload_conf()',
    )
  await expectToSurvive({
    ...at(cluster),
    begin: () => change('on'),
    end: () => change('off'),
    problem: /this PostgreSQL is read-only: a standby\? \(25006\)/,
    needsHelp: true,
  })
}

async function passwordChanges(): Promise<void> {
  const cluster = await start()
  await cluster.query(`create role app superuser login password 'sesame'`)
  await cluster.askPassword('app')
  const url = cluster.urlOf('postgres', 'app:sesame')
  const change = (password: string): Promise<unknown> =>
    cluster.query(
      `alter role app password '${password}'`,
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'`,
    )
  await expectToSurvive({
    ...at(cluster, { client: url, worker: url }),
    begin: () => change('open sesame'),
    end: () => change('sesame'),
    problem: /PostgreSQL refused the user name or the password \(28P01\)/,
    needsHelp: true,
  })
}

async function hasNoRight(): Promise<void> {
  const cluster = await start()
  await cluster.query('create role app login')
  const change = (statement: string): Promise<unknown> =>
    cluster.query(`${statement} app`, 'grant usage on schema graphile_worker to app')
  await expectToSurvive({
    ...at(cluster, { client: cluster.urlOf('postgres', 'app') }),
    begin: () => change('revoke all on schema graphile_worker from'),
    end: () => change('grant tester to'),
    problem: /this user of PostgreSQL may not add jobs \(42501\)/,
    needsHelp: true,
    isFirst: true,
    isOfClients: true,
  })
}

async function isFull(): Promise<void> {
  const cluster = await start()
  await cluster.query(
    `create function full_disk() returns trigger language plpgsql as $$
     begin raise exception 'no space left on device' using errcode = '53100'; end $$`,
  )
  const jobs = 'graphile_worker._private_jobs'
  await expectToSurvive({
    ...at(cluster),
    begin: () =>
      cluster.query(
        `create trigger full_disk before insert or update on ${jobs} execute function full_disk()`,
      ),
    end: () => cluster.query(`drop trigger full_disk on ${jobs}`),
    problem: /the disk of PostgreSQL is full \(53100\)/,
    needsHelp: true,
    isOfClients: true,
  })
}

async function hangs(): Promise<void> {
  const cluster = await start()
  await expectToSurvive({
    ...at(cluster),
    begin: () => cluster.pause(),
    end: () => {
      cluster.resume()
    },
    problem: /PostgreSQL does not answer \(ETIMEDOUT\)/,
  })
}

describe('a PostgreSQL', function () {
  this.timeout(120_000)

  together({
    'that is away': isAway,
    'that is read-only': isReadOnly,
    'whose password changes': passwordChanges,
    'that lets nobody add jobs': hasNoRight,
    'whose disk is full': isFull,
    'that hangs': hangs,
  })

  after(async () => {
    for (const cluster of clusters.splice(0)) cluster.stop()
    await Promise.all(pools.splice(0).map((pool) => pool.end()))
  })
})
