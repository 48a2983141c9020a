// What becomes of messages that are not handed over to BullMQ when the process ends.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { build } from 'esbuild'
import { root } from '../docs/pages.js'
import { certificateOfLocalhost } from '../support/certificate.js'
import { eventsOf, program, runToItsEnd, withSettings, type Ending } from './ending.js'
import { freePort, RedisServer } from './redis-server.js'
import { Sentinel } from './sentinel.js'
import { until } from './until.js'

const policy = ['--maxmemory-policy', 'noeviction']

/** A server in front of Redis, or in its place. */
async function listen(onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onSocket).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

describe('the end of a process with a queue on BullMQ', () => {
  let redis: RedisServer
  let collector: Collector

  before(async () => (redis = await RedisServer.start(policy)))
  beforeEach(async () => {
    await redis.client.flushall()
    collector = await startCollector({ sources: { site: 'web-key' } })
  })
  afterEach(() => collector.close())
  after(() => redis.stop())

  async function queued(server = redis): Promise<unknown[]> {
    const ids = await server.client.lrange('bull:selfsame:wait', 0, -1)
    const jobs = await Promise.all(
      ids.map((id) => server.client.hget(`bull:selfsame:${id}`, 'data')),
    )
    return eventsOf(jobs.reverse().map((data) => JSON.parse(data ?? '') as unknown))
  }

  const arrived = (): unknown[] => collector.messages.map(({ event }) => event)

  function end(settings: object = {}, app = program): Promise<Ending> {
    const standard = { connection: redis.url, client: { host: collector.url } }
    return runToItsEnd({ ...standard, ...settings }, app)
  }

  const all = ['Ending', 'Ended']
  const byQueue = { queued: 2, delivered: 0, failed: 0 }
  const byEndpoint = { queued: 0, delivered: 2, failed: 0 }

  async function expectQueued(ended: Ending, server = redis): Promise<void> {
    expect(ended).to.deep.include({ stderr: '', counts: byQueue })
    expect(await queued(server)).to.deep.equal(all)
    expect(arrived()).to.deep.equal([])
  }

  function expectPosted(ended: Ending): void {
    expect(ended).to.deep.include({ code: 0, stderr: '', counts: byEndpoint })
    expect(arrived()).to.deep.equal(all)
  }

  it('that has run out of work comes when all is handed over, and nothing holds it open', async () => {
    const ended = await end({ end: undefined })
    expect(ended.code).to.equal(0)
    expect(ended.duration).to.be.below(5_000)
    await expectQueued(ended)
  })

  it('by process.exit() hands over what is pending', async () => {
    const ended = await end()
    expect(ended.code).to.equal(0)
    await expectQueued(ended)
  })

  it('by a signal hands over what is pending', async () => {
    const ended = await end({ end: 'SIGTERM' })
    expect(ended.signal).to.equal('SIGTERM')
    await expectQueued(ended)
  })

  it('by an uncaught exception hands over what is pending', async () => {
    const { stderr, ...ended } = await end({ end: 'throw' })
    expect(ended.code).to.equal(1)
    expect(stderr).to.include('a mistake of the app')
    await expectQueued({ ...ended, stderr: '' })
  })

  it('puts what is pending behind what is queued', async () => {
    await end({ before: ['First', 'Second'] })
    expect(await queued()).to.deep.equal(['First', 'Second', ...all])
  })

  it('does not queue again what Redis has accepted without an answer that arrived', async () => {
    let connections = 0
    const proxy = await listen((socket) => {
      const upstream = connect(redis.port, '127.0.0.1')
      const isApp = connections++ === 0
      socket.pipe(upstream)
      // The app gets no answer to what adds the jobs.
      upstream.on('data', (answer) => {
        if (!isApp || !isAdded) socket.write(answer)
      })
      for (const each of [socket, upstream]) each.on('error', () => undefined)
      socket.on('close', () => upstream.destroy())
      socket.on('data', (command) => (isAdded ||= command.includes('Ending')))
    })
    let isAdded = false
    const connection = `redis://127.0.0.1:${portOf(proxy)}`
    const client = { host: collector.url, flushInterval: 10 }
    await withSettings({ connection, client, end: 'wait' }, async (path) => {
      const child = spawn(process.execPath, [fileURLToPath(program), path], { stdio: 'ignore' })
      const ended = once(child, 'exit')
      await until(async () => (await queued()).length > 0)
      child.kill('SIGTERM')
      await ended
    })
    proxy.close()
    expect(connections).to.equal(2)
    expect(await queued()).to.deep.equal(all)
    expect(arrived()).to.deep.equal([])
  })

  it('hands over what a custom httpClient could not send', async () => {
    await expectQueued(await end({ hasHttpClient: true }))
  })

  it('connects as a connection of the app does', async () => {
    const own = await RedisServer.start(policy, 'redis-secret')
    const connection = { host: '127.0.0.1', port: own.port, password: 'redis-secret' }
    await expectQueued(await end({ connection, isClient: true }), own)
    await own.stop()
  })

  it('connects by TLS with the certificates of the app', async () => {
    const certificate = certificateOfLocalhost()
    const own = await RedisServer.start(policy)
    const port = await own.serveTls(certificate)
    const connection = { host: 'localhost', port, tls: {} }
    await expectQueued(await end({ connection, ca: certificate.cert }), own)
    await own.stop()
  })

  it('asks a Sentinel for the master', async () => {
    const replica = await RedisServer.start(policy)
    await replica.follow(redis)
    const sentinel = await Sentinel.start(redis)
    await expectQueued(await end({ connection: sentinel.place }))
    await sentinel.stop()
    await replica.stop()
  })

  it('finds BullMQ where a bundled app does', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'selfsame-bundle-'))
    const [installed, packages] = [join(folder, 'selfsame'), join(folder, 'app', 'node_modules')]
    cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true })
    cpSync(join(root, 'package.json'), join(installed, 'package.json'))
    mkdirSync(packages, { recursive: true })
    symlinkSync(installed, join(packages, 'selfsame'))
    const external = ['bullmq', 'ioredis', 'pg', 'graphile-worker', 'axios']
    const link = (name: string, to: string): void => {
      symlinkSync(join(root, 'node_modules', name), join(to, name))
    }
    for (const name of external) link(name, packages)
    mkdirSync(join(installed, 'node_modules'))
    for (const name of ['axios', 'tldts']) link(name, join(installed, 'node_modules'))
    const outfile = join(folder, 'app', 'app.mjs')
    const entryPoints = [fileURLToPath(program)]
    await build({
      entryPoints,
      outfile,
      external,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    })
    await expectQueued(await end({}, pathToFileURL(outfile)))
    rmSync(folder, { recursive: true })
  })

  it('posts to the endpoint if the options have a function', async () => {
    expectPosted(await end({ connection: { port: redis.port }, hasFunction: true }))
    expect(await queued()).to.deep.equal([])
  })

  it('posts to the endpoint if Redis refuses connections', async () => {
    const connection = `redis://127.0.0.1:${await freePort()}`
    expectPosted(await end({ connection }))
  })

  it('posts to the endpoint if Redis refuses the password', async () => {
    const own = await RedisServer.start(policy, 'redis-secret')
    expectPosted(await end({ connection: `redis://:another@127.0.0.1:${own.port}` }))
    await own.stop()
  })

  it('posts to the endpoint in time if Redis does not answer, and shows no secret', async () => {
    const sockets: Socket[] = []
    const silent = await listen((socket) => sockets.push(socket.on('error', () => undefined)))
    const connection = `redis://:redis-secret@127.0.0.1:${portOf(silent)}`
    const ending = end({ connection })
    const children = (): string[] =>
      readdirSync('/proc').filter((pid) => textOf(pid, 'cmdline').includes('exit-child.cjs'))
    await until(() => sockets.length > 0 && children().length > 0)
    const shown = children().map((pid) => textOf(pid, 'cmdline') + textOf(pid, 'environ'))
    const ended = await ending
    silent.close()
    for (const socket of sockets) socket.destroy()
    expect(shown).to.have.length(1)
    expect(shown[0])
      .to.include('SELFSAME_LAST_DELIVERY')
      .and.not.match(/redis-secret|web-key/)
    expectPosted(ended)
    expect(ended.duration).to.be.below(5_000)
  })

  it('says what is lost if both are away', async () => {
    const connection = `redis://127.0.0.1:${await freePort()}`
    const host = `http://127.0.0.1:${await freePort()}`
    const { stderr, counts } = await end({ connection, client: { host } })
    expect(stderr).to.match(
      /^selfsame: 2 messages were not delivered before the process ended: 2 track \(ECONNREFUSED\)\n/,
    )
    expect(counts).to.deep.equal({ queued: 0, delivered: 0, failed: 2 })
  })

  it('says what is lost if the queue is away, and the endpoint is for an httpClient alone', async () => {
    const connection = `redis://127.0.0.1:${await freePort()}`
    const { stderr, counts } = await end({ connection, hasHttpClient: true })
    expect(stderr).to.match(/^selfsame: 2 messages were not .+: 2 track \(Redis: ECONNREFUSED\)\n/)
    expect(counts).to.deep.equal({ queued: 0, delivered: 0, failed: 2 })
  })

  it('that has run out of work posts to the endpoint if Redis was away for all of exitTimeout', async () => {
    const connection = `redis://127.0.0.1:${await freePort()}`
    const client = { host: collector.url, exitTimeout: 1_000 }
    expectPosted(await end({ connection, client, end: undefined }))
  })
})

/** Empty if the process has ended. */
function textOf(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}
