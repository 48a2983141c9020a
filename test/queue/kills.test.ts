// Workers, apps and the engine itself are killed at random moments: nothing is lost, and each person's order is kept.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { runMigrations } from 'graphile-worker'
import { Cluster } from '../postgres/cluster.js'
import { RedisServer } from './redis-server.js'
import { until } from './until.js'
import { endAll, work, type WorkProcess } from './work-process.js'

const program = fileURLToPath(new URL('programs/app.js', import.meta.url))
const apps = 2
const users = 25

/** `KILL_MESSAGES=250000 KILL_TIMES=200` is the long run. */
const perApp = Number(process.env.KILL_MESSAGES ?? 4_000)
const times = Number(process.env.KILL_TIMES ?? 6)

/** What one app has seen queued: its messages up to this number, none left out. */
interface App {
  readonly name: string
  readonly child: ChildProcess
  queued: number
}

/** An app that goes on where one of the same name was killed. */
function startApp(name: string, from: number, env: NodeJS.ProcessEnv): App {
  const child = spawn(process.execPath, [program, name, String(from), String(perApp)], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const app: App = { name, child, queued: from }
  let rest = ''
  child.stdout.on('data', (text: Buffer) => {
    const lines = (rest + text.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) app.queued = Number(line)
  })
  return app
}

async function killAtRandom(
  running: Map<string, App>,
  workers: WorkProcess[],
  restart: { app: (name: string, from: number) => App; worker: () => WorkProcess },
): Promise<void> {
  for (let n = 0; n < times; n++) {
    await sleep(Math.random() * 400)
    if (n % 2 === 0) {
      const index = Math.floor(Math.random() * workers.length)
      workers[index]!.child.kill('SIGKILL')
      workers[index] = restart.worker()
      continue
    }
    const app = running.get(`app${n % apps}`)!
    if (app.child.exitCode !== null) continue
    const ended = once(app.child, 'close')
    app.child.kill('SIGKILL')
    await ended
    running.set(app.name, restart.app(app.name, app.queued))
  }
}

/** Each message once after duplicates are removed, and the numbers of each user in order. */
function check(collector: Collector): void {
  const last = new Map<string, number>()
  const seen = new Set<string>()
  for (const { messageId, userId, properties } of collector.messages) {
    if (seen.has(messageId)) continue
    seen.add(messageId)
    const { n } = properties as { n: number }
    expect(n, String(userId)).to.be.above(last.get(String(userId)) ?? -1)
    last.set(String(userId), n)
  }
  expect(seen.size).to.equal(apps * perApp)
}

async function run(collector: Collector, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const worker = (): WorkProcess =>
    work([
      ...args,
      '--source',
      'web=WEB_KEY',
      '--host',
      collector.url,
      '--stalled-interval',
      '2000',
    ])
  const app = (name: string, from: number): App => startApp(name, from, env)
  const ids = new Set<string>()
  collector.on('message', ({ messageId }) => ids.add(messageId))
  const workers = [worker(), worker()]
  const running = new Map(
    Array.from({ length: apps }, (_, n) => [`app${n}`, app(`app${n}`, 0)] as const),
  )
  await killAtRandom(running, workers, { app, worker })
  for (const each of running.values()) {
    if (each.child.exitCode === null) await once(each.child, 'close')
  }
  await until(() => ids.size === apps * perApp, 120_000)
  check(collector)
}

describe('kill -9 at random moments', function () {
  this.timeout(600_000)
  let collector: Collector

  beforeEach(async () => (collector = await startCollector()))
  afterEach(async () => {
    await endAll()
    await collector.close()
  })

  it('of workers and apps, with BullMQ', async () => {
    const redis = await RedisServer.start(['--maxmemory-policy', 'noeviction'])
    try {
      await run(collector, ['--bullmq', redis.url], {
        ENGINE: 'bullmq',
        ENGINE_URL: redis.url,
        USERS: String(users),
      })
    } finally {
      await redis.stop()
    }
  })

  it('of workers, apps and PostgreSQL, with graphile-worker', async () => {
    const cluster = new Cluster({ isDurable: true })
    try {
      await runMigrations({ connectionString: cluster.url })
      const env = { ENGINE: 'graphile-worker', ENGINE_URL: cluster.url, USERS: String(users) }
      const ran = run(collector, ['--graphile-worker', cluster.url], env)
      await until(() => collector.messages.length > 0, 30_000)
      cluster.halt()
      cluster.start()
      await ran
    } finally {
      cluster.stop()
    }
  })
})
