// One run: a server, a directory, and the clients that follow each other.

import { cpSync, lstatSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { Server as SocketServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { observeUserCode } from '../../lib/runtime/user-code.js'
import { Client } from './client.js'
import { VirtualClock } from './clock.js'
import type { Config } from './config.js'
import { inMemory, overHttp, type Connection } from './connection.js'
import type { Coverage } from './coverage.js'
import { Books } from './model.js'
import { Server } from './server.js'

/** The real milliseconds that a turn takes where there is a network. */
const networkPatience = 2

export class World {
  readonly config: Config
  readonly coverage: Coverage
  readonly books: Books
  readonly clock: VirtualClock
  readonly server: Server
  readonly clients: Client[] = []
  client!: Client
  /** How many messages the directory holds that no client has. */
  left = 0
  readonly #connection: Connection
  readonly #roots: string[] = []
  readonly #restore: (() => void)[] = []

  private constructor(
    parts: Pick<World, 'config' | 'coverage' | 'books' | 'clock' | 'server'>,
    connection: Connection,
  ) {
    this.config = parts.config
    this.coverage = parts.coverage
    this.books = parts.books
    this.clock = parts.clock
    this.server = parts.server
    this.#connection = connection
  }

  static async open(
    config: Config,
    coverage: Coverage,
    transport: 'memory' | 'http',
  ): Promise<World> {
    const isHttp = transport === 'http'
    const books = new Books()
    const clock = new VirtualClock({
      seed: config.seed,
      patience: isHttp ? networkPatience : 0,
      check: () => books.check(),
    })
    const server = new Server(clock, books, coverage, {
      ...config,
      isDurable: config.outbox === 'disk',
      longestTravel: isHttp ? 60_000 : 0,
    })
    const connection = isHttp ? await overHttp(server) : inMemory(server)
    const world = new World({ config, coverage, books, clock, server }, connection)
    world.#watchProcess()
    world.#restore.push(clock.install())
    world.#restore.push(observeUserCode(() => world.#checkRest()))
    if (config.outbox === 'disk') world.#roots.push(newRoot())
    world.start()
    return world
  }

  /** Starts a client where another was. */
  start(): void {
    const client = new Client({
      number: this.clients.length + 1,
      config: this.config,
      clock: this.clock,
      books: this.books,
      coverage: this.coverage,
      connection: this.#connection,
      path: join(this.#roots.at(-1) ?? '', 'outbox'),
      left: this.left,
    })
    this.client = client
    this.clients.push(client)
  }

  /** Takes note of what a client that has ended leaves to the next. */
  leave(): void {
    if (this.config.outbox === 'memory') return
    const { client } = this
    this.left += client.analytics.stats().pending - client.restored
    if (this.left > 0) this.coverage.hit('messages are left to the next client')
  }

  /** The client is gone from one moment to the next; what it had in memory is lost. */
  async kill(): Promise<void> {
    const { client, books } = this
    await this.clock.settle()
    client.checkTold()
    this.leave()
    client.isDead = true
    if (this.config.outbox === 'memory') {
      for (const call of books.calls) if (call.client === client.number) call.isLost = !call.told
    } else {
      const root = newRoot()
      copyOfTheDead(join(this.#roots.at(-1)!, 'outbox'), join(root, 'outbox'))
      this.#roots.push(root)
    }
    void client.analytics.close({ timeout: 0 })
    // The names of clients sort by the time of their start.
    await this.clock.pass(2)
  }

  /** Looks at what must hold after a command. */
  check(): void {
    for (const client of this.clients) if (!client.isDead) client.checkStats('no call')
    this.books.check()
  }

  /** Leaves nothing behind. */
  async close(): Promise<void> {
    this.clock.endRun()
    for (const client of this.clients) {
      client.isDead = true
      await this.clock.until(client.analytics.close({ timeout: 0 }), 60_000)
    }
    await this.clock.settle()
    await this.#connection.close()
    for (const restore of this.#restore) restore()
    for (const root of this.#roots) rmSync(root, { recursive: true, force: true })
  }

  /** Users' code is about to run, of whichever client. */
  #checkRest(): void {
    for (const client of this.clients) client.checkRest('users’ code')
  }

  /** Nothing of the client's may end the process; and what it warns of is looked at. */
  #watchProcess(): void {
    const { emitWarning } = process
    process.emitWarning = (warning: string | Error, options?: unknown): void => {
      const { code = '' } = (options ?? {}) as { code?: string }
      this.coverage.hit(`warning ${code}`)
      if (String(warning).includes('put aside')) this.coverage.hit('a batch is put aside')
      // Only what should never be is warned of without a code.
      if (!code.startsWith('SELFSAME_')) this.books.violate(`warned of: ${String(warning)}`)
      if (/cannot be|could not be|removed/.test(String(warning)) && code === 'SELFSAME_OUTBOX') {
        this.books.violate(`warned of: ${String(warning)}`)
      }
    }
    this.#restore.push(() => (process.emitWarning = emitWarning))
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      const others = process.listeners(event as 'uncaughtException')
      const listener = (error: unknown): void => {
        this.books.violate(`${event}: ${error instanceof Error ? error.stack : String(error)}`)
      }
      process.removeAllListeners(event)
      process.on(event, listener)
      this.#restore.push(() => {
        process.removeAllListeners(event)
        for (const other of others) process.on(event as 'uncaughtException', other)
      })
    }
  }
}

function newRoot(): string {
  return mkdtempSync(join(tmpdir(), 'selfsame-model-'))
}

/** What is in a directory when its client was killed: all of it, but on its socket nobody listens any more. */
function copyOfTheDead(from: string, to: string): void {
  const isSocket = (path: string): boolean => lstatSync(path).isSocket()
  cpSync(from, to, { recursive: true, filter: (path) => !isSocket(path) })
  for (const name of readdirSync(from)) {
    if (isSocket(join(from, name))) leaveSocket(to, name)
  }
}

function leaveSocket(directory: string, name: string): void {
  const server = new SocketServer()
  const path = join(directory, 'socket')
  server.listen(path)
  // What is renamed is not removed when the socket is closed.
  renameSync(path, join(directory, name))
  server.close()
}
