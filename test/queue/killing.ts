// Workers, apps and the engine itself are killed at random moments: nothing is lost, and each person's order is kept.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { Tally } from './tally.js'
import { until } from './until.js'
import { work, type WorkProcess } from './work-process.js'

const program = fileURLToPath(new URL('programs/app.js', import.meta.url))
/** Of each app. */
const users = 25
/** After so many milliseconds in which nothing arrives something hangs. */
const patience = 60_000
/** What is awaited ends with the run at the latest. */
const longest = 2 ** 31 - 1
/** The longest time between a moment that is due and the kill, in milliseconds. */
const jitter = 400

export interface Sizes {
  readonly apps: number
  readonly workers: number
  /** Messages of all apps. */
  readonly messages: number
  /** Kills of workers and apps, by turns. */
  readonly kills: number
}

export interface Engine {
  /** As apps know it. */
  readonly name: 'bullmq' | 'graphile-worker'
  readonly url: string
  /** Kills the engine itself, and starts it again. */
  readonly restart: () => Promise<void>
}

export interface Outcome {
  readonly repeated: number
  readonly kills: number
  readonly seconds: number
}

/** An app that goes on where one of the same name was killed. */
interface App {
  readonly name: string
  child: ChildProcess
  /** What it has seen queued: its messages up to this number, none left out. */
  queued: number
}

class Killing {
  readonly #engine: Engine
  readonly #sizes: Sizes
  readonly #tally: Tally
  readonly #perApp: number
  readonly #apps: App[]
  readonly #workers: WorkProcess[]
  kills = 0

  constructor(engine: Engine, sizes: Sizes, tally: Tally) {
    this.#engine = engine
    this.#sizes = sizes
    this.#tally = tally
    this.#perApp = sizes.messages / sizes.apps
    this.#apps = Array.from({ length: sizes.apps }, (_, n) => {
      const name = `app${n}`
      const app: App = { name, child: this.#spawn(name, 0), queued: 0 }
      this.#listen(app)
      return app
    })
    this.#workers = Array.from({ length: sizes.workers }, () => this.#worker())
  }

  async run(): Promise<void> {
    const { kills } = this.#sizes
    try {
      await Promise.all([
        this.#killWorkers(Math.ceil(kills / 2)),
        this.#killApps(Math.floor(kills / 2)),
        this.#killEngine(),
        this.#allSeen(),
      ])
    } finally {
      for (const { child } of this.#apps) child.kill('SIGKILL')
    }
  }

  get progress(): string {
    const queued = this.#apps.reduce((sum, app) => sum + app.queued, 0)
    const { seen, repeated } = this.#tally
    return `${queued} queued, ${seen} delivered, ${repeated} of them again, ${this.kills} kills`
  }

  /** Spread over the delivery. */
  async #killWorkers(times: number): Promise<void> {
    for (let n = 1; n <= times; n++) {
      await this.#moment(() => this.#tally.seen / this.#sizes.messages, n / (times + 1))
      this.#killWorker()
    }
  }

  #killWorker(): void {
    const index = Math.floor(Math.random() * this.#workers.length)
    this.#workers[index]!.child.kill('SIGKILL')
    this.#workers[index] = this.#worker()
    this.kills++
  }

  /** Spread over what each hands over. In place of one that has ended, a worker is killed. */
  async #killApps(times: number): Promise<void> {
    for (let n = 1; n <= times; n++) {
      const app = this.#apps[n % this.#apps.length]!
      // An app is fast: a while later it would have ended.
      await until(() => app.queued / this.#perApp >= n / (times + 1), longest)
      if (app.child.exitCode !== null) {
        this.#killWorker()
        continue
      }
      const ended = once(app.child, 'close')
      app.child.kill('SIGKILL')
      await ended
      app.child = this.#spawn(app.name, app.queued)
      this.#listen(app)
      this.kills++
    }
  }

  async #killEngine(): Promise<void> {
    await this.#moment(() => this.#tally.seen / this.#sizes.messages, 1 / 2)
    await this.#engine.restart()
  }

  async #moment(done: () => number, due: number): Promise<void> {
    await until(() => done() >= due, longest)
    await sleep(Math.random() * jitter)
  }

  async #allSeen(): Promise<void> {
    for (let last = -1; this.#tally.seen < this.#sizes.messages;) {
      const before = last
      await until(() => this.#tally.seen > before, patience).catch(() => {
        const missing = this.#tally.missing(this.#apps.map(({ name }) => name))
        throw new Error(`nothing arrives: ${this.progress}; missing: ${missing.join(', ')}`)
      })
      last = this.#tally.seen
    }
  }

  #worker(): WorkProcess {
    const { name, url } = this.#engine
    return work([
      ...[`--${name}`, url, '--source', 'web=WEB_KEY', '--host', this.#tally.url],
      ...['--stalled-interval', '2000'],
    ])
  }

  #spawn(name: string, from: number): ChildProcess {
    return spawn(process.execPath, [program, name, String(from), String(this.#perApp)], {
      env: {
        ...{ ...process.env, NODE_OPTIONS: '', USERS: String(users) },
        ...{ ENGINE: this.#engine.name, ENGINE_URL: this.#engine.url },
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }

  #listen(app: App): void {
    let rest = ''
    app.child.stdout?.on('data', (text: Buffer) => {
      const lines = (rest + text.toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) app.queued = Number(line)
    })
  }
}

/** Resolves when each message has arrived, in the order of each person. @param log gets a line every ten seconds */
export async function expectNothingLost(
  engine: Engine,
  sizes: Sizes,
  log: (line: string) => void = () => undefined,
): Promise<Outcome> {
  const tally = await Tally.start(sizes.messages / sizes.apps)
  const started = performance.now()
  const killing = new Killing(engine, sizes, tally)
  const timer = setInterval(() => {
    log(killing.progress)
  }, 10_000)
  try {
    await killing.run()
    expect(tally.misplaced).to.deep.equal([])
    const seconds = (performance.now() - started) / 1_000
    return { repeated: tally.repeated, kills: killing.kills, seconds }
  } finally {
    clearInterval(timer)
    await tally.close()
  }
}
