// The collector as its user sees it: a local endpoint that speaks the Segment tracking API.
import type { Duplex } from 'node:stream'
import type { ProfileView } from './api/asking/views.js'
import type { Cell } from './cells/cells.js'
import { Changes } from './changes.js'
import type { Fault } from './messages/discard.js'
import { Endpoint } from './http/endpoint.js'
import { Exchange } from './http/exchange.js'
import { ListenedTo } from './listeners.js'
import { answerInProcess, type InProcessRequest } from './http/in-process.js'
import { KeptMessages } from './messages/kept.js'
import type { CollectedMessage } from './messages/message.js'
import { type Answer, type MisbehaveFunction } from './faults/misbehave.js'
import { type CollectorOptions, type Settings, settle } from './http/options.js'
import { namesOf } from './messages/names.js'
import { openStore } from './store/open/open-store.js'
import type { Store } from './store/store.js'
import { WAIT_TIMEOUT, waitUntil } from './waiting.js'
import { type Hooks, Backend } from './backend.js'
import { type CollectedRequest, Latest, type Rejection } from './messages/records.js'

const MAX_REQUESTS = 10_000
const MAX_REJECTIONS = 1_000

/** As late as a Date can be, less the 10,000 years by which a client's clock may be wrong. */
const LATEST_TIME = 8e15

type Condition = number | ((messages: readonly CollectedMessage[]) => boolean)

export interface WaitOptions {
  /** How long to wait, ms; Infinity forever. @default 4,000 */
  timeout?: number | undefined
}

/**
 * Starts a collector: a local HTTP server that answers as the Segment tracking API does and keeps what it accepts.
 * Listens on 127.0.0.1 unless told otherwise. It holds the process open until it is closed.
 *
 * @returns The collector, once it is listening. Rejects if the port cannot be had, and with a TypeError that names
 * the option where one is wrong.
 */
export async function startCollector(options: CollectorOptions = {}): Promise<Collector> {
  const collector = await openCollector(options)
  try {
    await collector.up()
  } catch (error) {
    await collector.close()
    throw error
  }
  return collector
}

/**
 * A collector without a port, for a client in the same process: see `Collector.fetch`. up() opens the port.
 *
 * @throws as startCollector does
 */
export async function openCollector(options: CollectorOptions = {}): Promise<Collector> {
  const settings = settle(options)
  return new Collector(settings, await openStore(settings.db, settings))
}

/**
 * A running collector. It emits `message`, `violation`, `request` and `rejected`; what a listener throws stops nothing and is
 * found in `errors`.
 */
export class Collector
  extends ListenedTo
  implements AsyncIterable<CollectedMessage>, AsyncDisposable
{
  readonly #settings: Settings
  readonly #endpoint: Endpoint
  readonly #backend: Backend
  readonly #changes = new Changes()
  readonly #exchanges = new WeakMap<Duplex, Exchange>()
  readonly #messages: KeptMessages
  readonly #rejected = new Latest<Rejection>(MAX_REJECTIONS)
  readonly #requests = new Latest<CollectedRequest>(MAX_REQUESTS)
  #accepted = 0
  #duplicates = 0
  /** Counts the calls of clear(), so that who iterates knows to start again. */
  #era = 0
  #isClosed = false

  /** @internal Use startCollector(). */
  constructor(settings: Settings, store: Store) {
    super()
    this.#settings = settings
    this.#messages = new KeptMessages(settings.maxMessages)
    this.#backend = new Backend(settings, store, this.#hooks())
    this.#endpoint = new Endpoint(
      settings,
      (request, response) => {
        const exchange = new Exchange(request, response, this.#backend.desk)
        this.#exchanges.set(request.socket, exchange)
        void exchange.run()
      },
      (socket, status) => this.#exchanges.get(socket)?.note(status),
    )
  }

  /** Where it listens, to be given to a client as its host: `http://127.0.0.1:PORT`. */
  get url(): string {
    return this.#endpoint.url
  }

  get port(): number {
    return this.#endpoint.port
  }

  /**
   * The newest accepted messages, without duplicates, in the order they arrived: see `maxMessages`. Empty with
   * `keep: false`.
   */
  get messages(): readonly CollectedMessage[] {
    return this.#messages.items
  }

  /** How many messages were accepted, without duplicates. */
  get accepted(): number {
    return this.#accepted
  }

  /** How many messages were dropped because their messageId had been seen. */
  get duplicates(): number {
    return this.#duplicates
  }

  /** The last 1,000 refused messages and requests, with the code of what is wrong. */
  get rejected(): readonly Rejection[] {
    return this.#rejected.items
  }

  /** The last 10,000 requests, in the order they ended. */
  get requests(): readonly CollectedRequest[] {
    return this.#requests.items
  }

  /**
   * Waits until so many messages have been accepted, or until the condition is true of those kept. Given a filter,
   * waits for the first message that it matches.
   *
   * @returns The messages kept by then; with a filter, the message.
   * @throws Error that names what had arrived, at the timeout or when the collector is closed; what the condition
   * throws; TypeError for a wrong argument, and for a condition where nothing is kept.
   */
  async waitFor(condition: Condition, options?: WaitOptions): Promise<CollectedMessage[]>
  async waitFor(filter: string, options?: WaitOptions): Promise<CollectedMessage>
  async waitFor(
    condition: Condition | string,
    { timeout = WAIT_TIMEOUT }: WaitOptions = {},
  ): Promise<CollectedMessage | CollectedMessage[]> {
    if (!(timeout >= 0)) throw new TypeError('waitFor: timeout must be a number of at least 0')
    if (typeof condition === 'string') return this.#backend.asking.waitFor(condition, { timeout })
    const isMet = this.#check(condition)
    const wait = {
      isMet,
      isOver: () => this.#isClosed,
      describe: () => ({
        wanted: typeof condition === 'number' ? `${condition} messages` : 'its condition',
        tally: this.#tally(),
      }),
    }
    await waitUntil(wait, this.#changes, timeout)
    return [...this.#messages.items]
  }

  /**
   * The kept messages that a filter matches, in the order in which they arrived: the newest of them, if there are more
   * than the limit. `is:discarded` finds what was sent and not kept.
   *
   * @example await collector.findMessages('type:track user:u1 plan:premium')
   * @throws FilterError if the filter cannot be read
   */
  findMessages(filter = '', options: { limit?: number } = {}): Promise<CollectedMessage[]> {
    return this.#backend.asking.findMessages(filter, options)
  }

  /**
   * A person, by an identifier or by the profile's id; undefined if there is nobody.
   *
   * @param options.space - Needed if there are several.
   * @example await collector.profile('user_id:u1')
   */
  profile(name: string, options: { space?: string } = {}): Promise<ProfileView | undefined> {
    return this.#backend.asking.profile(name, options)
  }

  /**
   * The newest rows of a table, the newest first; none if there is no such table.
   *
   * @param options.schema - In PostgreSQL: the source, unless only one has such a table.
   * @param options.limit - @default 100
   * @example await collector.table('users')
   */
  table(
    name: string,
    options: { schema?: string; limit?: number } = {},
  ): Promise<Record<string, Cell>[]> {
    return this.#backend.asking.table(name, options)
  }

  /**
   * Yields each message, from the first one kept on, then waits for more; ends when the collector is closed. After
   * clear() it continues with what comes then.
   *
   * @throws TypeError with `keep: false`.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<CollectedMessage, void, undefined> {
    if (!this.#settings.keep) throw new TypeError('a collector with keep: false has no messages')
    let era = this.#era
    let place = 0
    for (;;) {
      if (era !== this.#era) {
        era = this.#era
        place = 0
      }
      const found = this.#messages.from(place)
      if (found !== undefined) {
        place = found.next
        yield found.message
      } else if (this.#isClosed) return
      else await this.#changes.next()
    }
  }

  /**
   * Misbehaves. Given answers: one for each of the next requests to a tracking route, in order, after those that
   * still wait; then it behaves again. Given a function: it is asked for each request, until behave().
   *
   * @throws TypeError if an answer has a field or a value that it cannot have.
   */
  misbehave(...answers: Answer[]): void
  misbehave(ask: MisbehaveFunction): void
  misbehave(...answers: (Answer | MisbehaveFunction)[]): void {
    this.#backend.misbehaviour.set(answers)
  }

  /** Forgets what is left of the misbehaviour. */
  behave(): void {
    this.#backend.misbehaviour.clear()
  }

  /**
   * Answers a request of a client in the same process, as fetch() would: the option `httpClient` of a client takes it.
   * The port need not be open.
   */
  fetch(url: string, request?: InProcessRequest): Promise<Response> {
    return answerInProcess(this.#backend.desk, url, request)
  }

  /** Closes the port and breaks the connections: a client finds nobody there (ECONNREFUSED). Keeps what it has. */
  down(): Promise<void> {
    return this.#endpoint.shut()
  }

  /** Listens again, on the same port. Rejects if it is taken, and after close(). */
  up(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error('the collector is closed'))
    return this.#endpoint.open()
  }

  /**
   * Forgets messages, people, tables, counts, rejections, requests, errors and which messageIds were seen. What is in a
   * database stays there.
   */
  clear(): void {
    this.#backend.clear()
    this.#messages.clear()
    this.#accepted = 0
    this.#duplicates = 0
    this.#rejected.clear()
    this.#requests.clear()
    this.forgetErrors()
    this.#era += 1
    this.#changes.tell()
  }

  /** Closes it for good; what it has in memory can still be read. May be called again. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#endpoint.shut()
    this.#changes.tell()
    await this.#backend.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #hooks(): Hooks {
    return {
      now: () => this.#now(),
      isDown: () => !this.#endpoint.isOpen,
      accepted: (message) => {
        this.#keep(message)
      },
      violated: (violation) => {
        this.tell('violation', violation)
      },
      duplicate: () => {
        this.#duplicates += 1
      },
      rejected: (fault, message) => {
        this.#reject(fault, message)
      },
      requested: (request) => {
        this.#requests.push(request)
        this.tell('request', request)
      },
      failed: (error) => {
        this.failed(error)
      },
      changed: () => {
        this.#changes.tell()
      },
      clear: () => {
        this.clear()
      },
    }
  }

  /** A clock of the user's that fails must not leave a request without its answer. */
  #now(): number {
    try {
      const now = this.#settings.now()
      if (Math.abs(now) <= LATEST_TIME) return now
      throw new RangeError(`now() gave ${now}, which is no time`)
    } catch (error) {
      this.failed(error)
      return Date.now()
    }
  }

  #keep(message: CollectedMessage): void {
    this.#accepted += 1
    if (this.#settings.keep) this.#messages.push(message)
    this.tell('message', message)
  }

  #reject({ code, reason }: Fault, message?: unknown): void {
    const isKept = message !== undefined && this.#settings.keep
    const rejection: Rejection = isKept ? { code, reason, message } : { code, reason }
    this.#rejected.push(rejection)
    this.tell('rejected', rejection)
  }

  #check(condition: Condition): () => boolean {
    if (typeof condition === 'function') {
      if (!this.#settings.keep) {
        throw new TypeError('waitFor: with keep: false there are no messages to look at')
      }
      return () => condition(this.#messages.items)
    }
    if (typeof condition !== 'number' || !(condition >= 0)) {
      throw new TypeError('waitFor: wants a number of messages, a filter or a function')
    }
    return () => this.#accepted >= condition
  }

  #tally(): string {
    const codes = new Set(this.rejected.map(({ code }) => code))
    const refused = codes.size === 0 ? '' : ` (${[...codes].join(', ')})`
    const names = this.#messages.items.length === 0 ? '' : `: ${namesOf(this.#messages.items)}`
    return (
      `${this.#accepted} had arrived${names}; ${this.#duplicates} were duplicates, ` +
      `${this.rejected.length} were rejected${refused}`
    )
  }
}
