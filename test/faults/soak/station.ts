// One directory, one endpoint, the clients between them, and the books of all three.

import { writeFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startCollector, type Collector } from '@selfsame/collector'
import { Client, type Plan } from './client.js'
import { Ledger } from './ledger.js'
import type { Random } from './random.js'
import { Totals } from './totals.js'
import { patience, Weather } from './weather.js'

/** How long it may take until everything is delivered once nothing is in its way, in milliseconds. */
const settlingTime = 60_000

export class Violation extends Error {
  override readonly name = 'Violation'
}

export class Station {
  readonly totals = new Totals()
  readonly ledger = new Ledger(this.totals)
  readonly random: Random
  readonly weather: Weather
  readonly collector: Collector
  readonly clients: Client[] = []
  readonly #scratch: string
  #number = 0

  private constructor(random: Random, severity: number, collector: Collector, scratch: string) {
    this.random = random
    this.collector = collector
    this.#scratch = scratch
    this.weather = new Weather(random.fork('weather'), severity, this)
    collector.on('message', (message) => this.ledger.received(message))
    collector.on('rejected', ({ code, reason }) =>
      this.ledger.violations.push(`the collector refuses: ${code} ${reason}`),
    )
    this.weather.over(collector)
  }

  /** @param severity the share of requests that something happens to */
  static async open(random: Random, severity: number): Promise<Station> {
    const scratch = await mkdtemp(join(tmpdir(), 'soak-'))
    return new Station(random, severity, await startCollector({ keep: false }), scratch)
  }

  get directory(): string {
    return join(this.#scratch, 'outbox')
  }

  /** Those that have not ended. */
  get living(): Client[] {
    return this.clients.filter((client) => !client.isEnded)
  }

  start(plan: Partial<Plan>, nodeArgs?: readonly string[]): Client {
    const name = `c${++this.#number}`
    const client = new Client(
      {
        seed: this.random.label,
        name,
        host: this.collector.url,
        directory: this.directory,
        log: join(this.#scratch, `${name}.log`),
        calls: 1e9,
        burst: 30,
        pause: 5,
        callbacks: 0.3,
        patience: 0.05,
        end: 'stay',
        content: {},
        outbox: { claimInterval: 200 },
        ...plan,
        // Faults of the server's are to be outlasted here: what is put aside for ten minutes would be waited for.
        options: {
          flushInterval: 100,
          httpRequestTimeout: patience,
          maxRetries: 10_000,
          ...plan.options,
        },
      },
      nodeArgs,
    )
    this.clients.push(client)
    this.ledger.open(client)
    this.totals.clients++
    return client
  }

  kill(client: Client): void {
    if (client.isEnded) return
    client.kill()
    this.totals.fault('kill -9')
  }

  /** For so many milliseconds the client stands still. */
  async stop(client: Client, milliseconds: number): Promise<void> {
    if (client.isEnded) return
    this.totals.fault('SIGSTOP')
    client.stop()
    await wait(milliseconds)
    client.goOn()
  }

  /** For so many milliseconds nobody listens on the port. */
  async closePort(milliseconds: number): Promise<void> {
    this.totals.fault('closed port')
    await this.collector.down()
    await wait(milliseconds)
    await this.collector.up()
  }

  /** @throws Violation where something that must not be has been seen */
  check(): void {
    this.ledger.read()
    const { violations } = this.ledger
    for (const client of this.clients) {
      const strange = client.stderr.split('\n').filter((line) => line !== '' && !isExpected(line))
      if (strange.length > 0) violations.push(`${client.name} has said: ${strange.join('\n')}`)
    }
    for (const error of this.collector.errors) violations.push(`in the harness: ${String(error)}`)
    if (violations.length > 0) {
      writeFileSync(join(this.#scratch, 'requests.log'), this.weather.trace.join('\n'))
      throw new Violation(
        `${violations.slice(0, 10).join('\n')}\n(${violations.length}; see ${this.#scratch})`,
      )
    }
  }

  /** Waits until every accepted message has arrived or has failed. Somebody must be there to deliver them. */
  async settle(): Promise<void> {
    const deadline = performance.now() + settlingTime
    for (;;) {
      this.check()
      const open = this.ledger.openIds
      if (open.length === 0) return
      if (performance.now() > deadline) {
        const some = open.slice(0, 5).join(', ')
        const files = (await readdir(this.directory, { recursive: true })).slice(0, 20).join('\n  ')
        throw new Violation(
          `${open.length} accepted messages have not arrived: ${some}; in ${this.directory}:\n  ${files}\n${this.clients.map((client) => client.summary).join('\n')}`,
        )
      }
      await wait(10)
    }
  }

  /** Lets everybody go, and sees to it that nothing is left. */
  async finish(): Promise<void> {
    for (const client of this.living) client.tell({ order: 'close' })
    await this.#ended(this.living)
    // Who comes last buries the dead.
    await this.#ended([this.start({ calls: 0, end: 'close' })])
    await this.settle()
    await this.balance()
    const found = await readdir(this.directory, { recursive: true }).catch(() => [])
    // Who is killed between the two steps of announcing itself leaves a socket that only time can tell is dead.
    const left = found.filter((name) => !name.endsWith('.new'))
    if (left.length > 0) throw new Violation(`left in ${this.directory}:\n  ${left.join('\n  ')}`)
    await this.close()
    await rm(this.#scratch, { recursive: true })
  }

  /** The books of those that have ended. */
  async balance(): Promise<void> {
    for (const client of this.clients.filter(({ isEnded }) => isEnded)) {
      const { code, signal } = await client.ended
      const isWell =
        code === 0 ||
        (client.isKilled && signal === 'SIGKILL') ||
        (client.isTerminated && signal === 'SIGTERM')
      if (!isWell) this.ledger.violations.push(`${client.name} ended with ${code ?? signal}`)
    }
    this.ledger.balance()
    this.totals.duplicates = this.collector.duplicates
    this.check()
    this.clients.splice(0, Infinity, ...this.living)
  }

  /** Ends everything, whatever its state. */
  async close(): Promise<void> {
    for (const client of this.living) client.kill()
    await Promise.all(this.clients.map(({ ended }) => ended))
    this.totals.duplicates = this.collector.duplicates
    await this.collector.close()
  }

  async #ended(clients: readonly Client[]): Promise<void> {
    const late = new AbortController()
    const deadline = wait(settlingTime, undefined, { signal: late.signal }).then(
      () => {
        throw new Violation(`${clients.length} clients do not end`)
      },
      () => undefined,
    )
    await Promise.race([Promise.all(clients.map(({ ended }) => ended)), deadline])
    late.abort()
  }
}

/** What clients may say: that the endpoint takes nothing, or at the very end has refused something, which is true. */
function isExpected(line: string): boolean {
  return (
    line.includes('SELFSAME_STRUGGLING') ||
    line.includes('--trace-warnings') ||
    line.includes('failed as the process ended') ||
    /not delivered before the process ended.*answered 400/.test(line)
  )
}
