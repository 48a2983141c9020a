// Redis breaks in one way or another: clients keep their messages and say why, and workers go on when it is over.

import { once } from 'node:events'
import { mkdirSync, rmdirSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { Analytics } from '../../lib/index.js'
import { bullmq, startWorker, type RedisConnection } from '../../lib/queue/bullmq/index.js'
import { certificateOfLocalhost } from '../support/certificate.js'
import { warningsOf } from '../support/warnings.js'
import { expectToSurvive, type Fault } from './outage.js'
import { RedisServer } from './redis-server.js'
import { Sentinel } from './sentinel.js'
import { together } from './together.js'
import { until } from './until.js'

const servers: { stop(): Promise<void> }[] = []

async function start(settings: string[] = [], password?: string): Promise<RedisServer> {
  const server = await RedisServer.start(
    ['--maxmemory-policy', 'noeviction', ...settings],
    password,
  )
  servers.push(server)
  return server
}

const at = (connection: RedisConnection): Pick<Fault, 'delivery' | 'startWorker'> => ({
  delivery: () => bullmq({ connection, lanes: 4, source: 'web' }),
  startWorker: (options) => startWorker({ connection, stalledInterval: 1_000, ...options }),
})

async function isFull(): Promise<void> {
  const redis = await start()
  await expectToSurvive({
    ...at(redis.url),
    begin: () => redis.client.config('SET', 'maxmemory', '1mb'),
    end: () => redis.client.config('SET', 'maxmemory', '0'),
    problem: /Redis refuses writes: its memory is full \(maxmemory\) \(OOM\)/,
    needsHelp: true,
  })
}

async function cannotSave(): Promise<void> {
  const redis = await start(['--save', '3600 1'])
  const snapshot = join(redis.folder, 'dump.rdb')
  const saved = async (status: string): Promise<void> => {
    await redis.client.bgsave()
    const line = `rdb_last_bgsave_status:${status}`
    await until(async () => (await redis.client.info('persistence')).includes(line))
  }
  await expectToSurvive({
    ...at(redis.url),
    begin: async () => {
      // No file can take its place.
      mkdirSync(join(snapshot, 'in-the-way'), { recursive: true })
      await saved('err')
    },
    end: async () => {
      rmdirSync(join(snapshot, 'in-the-way'))
      rmdirSync(snapshot)
      await saved('ok')
    },
    problem: /Redis refuses writes: it cannot save to its disk \(MISCONF\)/,
    needsHelp: true,
  })
}

async function isReplica(): Promise<void> {
  const redis = await start()
  const other = await start()
  await other.follow(redis)
  await expectToSurvive({
    ...at(redis.url),
    begin: async () => {
      await redis.client.wait(1, 5_000)
      await other.client.replicaof('NO', 'ONE')
      await redis.follow(other)
    },
    end: () => redis.client.replicaof('NO', 'ONE'),
    problem: /this Redis (is|has become) a replica.*\((READONLY|UNBLOCKED)\)/,
  })
}

async function masterIsKilled(): Promise<void> {
  const master = await start()
  const replica = await start()
  await replica.follow(master)
  const sentinel = await Sentinel.start(master)
  servers.push(sentinel)
  await expectToSurvive({
    ...at(sentinel.place),
    begin: async () => {
      await sentinel.allowFailover(false)
      await master.client.wait(1, 5_000)
      await master.kill()
    },
    end: () => sentinel.allowFailover(true),
    problem: /ECONNREFUSED/,
  })
  expect(await replica.client.info('replication')).to.include('role:master')
}

async function failsOver(): Promise<void> {
  const master = await start()
  const replica = await start()
  await replica.follow(master)
  const sentinel = await Sentinel.start(master)
  servers.push(sentinel)
  await expectToSurvive({
    ...at(sentinel.place),
    begin: () => sentinel.failOver(),
    end: () => undefined,
    problem: undefined,
  })
  expect(await replica.client.info('replication')).to.include('role:master')
}

async function sentinelIsAway(): Promise<void> {
  const master = await start()
  const replica = await start()
  await replica.follow(master)
  const sentinel = await Sentinel.start(master)
  servers.push(sentinel)
  await expectToSurvive({
    ...at(sentinel.place),
    isFirst: true,
    begin: () => sentinel.kill(),
    end: () => {
      sentinel.start()
    },
    problem: /no Sentinel can be reached, or none knows the master/,
  })
}

async function firstSentinelHangs(): Promise<void> {
  const master = await start()
  const replica = await start()
  await replica.follow(master)
  const sentinel = await Sentinel.start(master)
  const hung = createServer().listen(0, '127.0.0.1')
  await once(hung, 'listening')
  servers.push(sentinel, { stop: () => Promise.resolve(void hung.close()) })
  const { port } = hung.address() as AddressInfo
  const { name, sentinels } = sentinel.place
  await expectToSurvive({
    ...at({ name, sentinels: [{ host: '127.0.0.1', port }, ...sentinels] }),
    begin: () => undefined,
    end: () => undefined,
    problem: undefined,
  })
}

async function passwordChanges(): Promise<void> {
  const redis = await start([], 'sesame')
  const change = async (password: string): Promise<void> => {
    await redis.client.config('SET', 'requirepass', password)
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  }
  await expectToSurvive({
    ...at(redis.url.replace('//', '//:sesame@')),
    begin: () => change('open sesame'),
    end: () => change('sesame'),
    problem: /Redis refused the user name or the password \(WRONGPASS\)/,
    needsHelp: true,
  })
}

async function asksForPassword(): Promise<void> {
  const redis = await start()
  await expectToSurvive({
    ...at(redis.url),
    begin: () => redis.client.config('SET', 'requirepass', 'sesame'),
    end: () => redis.client.config('SET', 'requirepass', ''),
    problem: /Redis asks for a password, and the connection has none \(NOAUTH\)/,
    needsHelp: true,
    isFirst: true,
  })
}

async function hasOtherCertificate(): Promise<void> {
  const redis = await start()
  const right = certificateOfLocalhost()
  const tlsPort = await redis.serveTls(right)
  await expectToSurvive({
    ...at({ host: 'localhost', port: tlsPort, tls: { ca: right.cert } }),
    begin: async () => {
      await redis.serveTls(certificateOfLocalhost())
      await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    },
    end: () => redis.serveTls(right),
    problem: /the TLS certificate of Redis is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    needsHelp: true,
  })
}

async function hangs(): Promise<void> {
  const redis = await start()
  await expectToSurvive({
    ...at(redis.url),
    begin: () => {
      redis.signal('SIGSTOP')
    },
    end: () => {
      redis.signal('SIGCONT')
    },
    problem: /Redis does not answer \(ETIMEDOUT\)/,
  })
}

async function losesEverything(): Promise<void> {
  const redis = await start(['--appendonly', 'no'])
  await expectToSurvive({
    ...at(redis.url),
    begin: () => redis.kill(),
    end: () => redis.start(),
    problem: /ECONNREFUSED/,
  })
  // The new server has no other way to know it.
  expect(await redis.client.hget('bull:selfsame-1-of-4:meta', 'concurrency')).to.equal('1')
}

describe('a Redis', function () {
  this.timeout(120_000)

  together({
    'that is full': isFull,
    'that cannot save': cannotSave,
    'that becomes a replica, and is promoted again': isReplica,
    'that is killed, and another takes over on another port': masterIsKilled,
    'that hands over to its replica': failsOver,
    'whose Sentinel is away': sentinelIsAway,
    'whose first Sentinel accepts connections and never answers': firstSentinelHangs,
    'whose password changes': passwordChanges,
    'that asks for a password': asksForPassword,
    'whose certificate is not trusted': hasOtherCertificate,
    'that hangs': hangs,
    'that is killed, and has lost everything': losesEverything,
  })

  after(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  it('that is too old is named so, and keeps nothing from arriving later', async () => {
    // What BullMQ needs, and Redis 4 does not have.
    const old = await start(['--rename-command', 'XADD', ''])
    const { delivery } = at(old.url)
    const analytics = new Analytics({
      writeKey: 'unused',
      flushOnExit: false,
      delivery: delivery(),
    })
    const warnings = await warningsOf(async () => {
      analytics.track({ userId: 'u', event: 'E' })
      await analytics.flush({ timeout: 500 })
    })
    expect(warnings.map(({ message }) => message).join()).to.include(
      'this Redis is too old for BullMQ: it lacks a command',
    )
    await old.kill()
    await old.start(['--maxmemory-policy', 'noeviction'])
    expect(await analytics.close()).to.include({ queued: 1, failed: 0, pending: 0 })
  })
})
