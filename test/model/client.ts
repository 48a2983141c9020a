// One client under test, and all the users' code around it. Whenever any of that runs, the books are looked at.

import { Analytics, directory, memory, type AnalyticsError } from '../../lib/index.js'
import { messageTypes, type Message, type MessageType } from '../../lib/spec/messages.js'
import { argumentOf, fillOf, variantOf, type Way } from './arguments.js'
import type { VirtualClock } from './clock.js'
import type { Config } from './config.js'
import type { Coverage } from './coverage.js'
import type { Books, Call, EndCode, Mark } from './model.js'
import { OutboxProbe } from './outbox-probe.js'
import { react, type Reaction, type Reactor } from './reactions.js'
import type { Connection } from './connection.js'

/** What users' code may listen to. */
export const listenedEvents = [
  'error',
  'drain',
  'drained',
  'http_request',
  'http_response',
  'call_after_close',
  'track',
] as const

export type ListenedEvent = (typeof listenedEvents)[number]

/** Where users' code runs that is given to the client once. */
export const places = [
  'a listener of error',
  'a listener of a delivery',
  'the httpClient',
  'the deadLetter function',
] as const

export type Place = (typeof places)[number]

/** What a run's users' code may do in all: it could go on for ever. */
const mostReactions = 60

export interface CallPlan {
  type: MessageType
  way: Way
  /** Characters of the message's text. */
  size: number
  mark: Mark
  /** What its callback does; undefined where it has none. */
  callback: Reaction | undefined
  /** What a getter or toJSON of its does. */
  within: Reaction
  /** Through `with()`. */
  isBound: boolean
}

export interface ClientSetup {
  number: number
  config: Config
  clock: VirtualClock
  books: Books
  coverage: Coverage
  connection: Connection
  /** Of a durable outbox. */
  path: string
  /** How many messages the directory holds. */
  left: number
}

/** A flush or close that somebody waits for. */
export interface Wait {
  readonly what: string
  readonly started: number
  readonly timeout: number
  readonly promise: Promise<unknown>
  isOver: boolean
}

export const plainCall: CallPlan = {
  type: 'track',
  way: 'plain',
  size: 30,
  mark: 'plain',
  callback: undefined,
  within: 'nothing',
  isBound: false,
}

export class Client implements Reactor {
  readonly analytics: Analytics
  readonly reactions = new Map<string, Reaction>()
  readonly waits: Wait[] = []
  /** It is as if it had been killed: nothing that happens to it is seen any more. */
  isDead = false
  isClosing = false
  /** Resolves when it has let go of its outbox. A later close() may end before that, if its timeout is shorter. */
  released: Promise<unknown> = Promise.resolve()
  readonly #setup: ClientSetup
  readonly #probe: OutboxProbe
  /** How many calls are running, one within the other. */
  #depth = 0
  #returned = 0
  #calls = 0
  #reactions = 0
  #delivered = 0
  #failed = 0

  constructor(setup: ClientSetup) {
    this.#setup = setup
    const { config, path, connection, books } = setup
    this.#probe = new OutboxProbe((text) => books.accept(text))
    const { outbox, maxAge, fsync, isHeard, hasDeadLetter, ...limits } = config
    const options: Partial<typeof limits> = { ...limits }
    delete options.seed
    const factory =
      outbox === 'disk' ? directory(path, { maxAge, fsync, claimInterval: 1_800_000 }) : memory()
    const deadLetter = (): unknown => this.run('the deadLetter function')
    this.analytics = new Analytics({
      ...options,
      ...connection.optionsFor(this),
      writeKey: 'key',
      flushOnExit: false,
      outbox: this.#probe.watch(factory),
      ...(hasDeadLetter ? { deadLetter } : {}),
    })
    this.analytics.setMaxListeners(0)
    if (isHeard) this.#hear()
  }

  get number(): number {
    return this.#setup.number
  }

  /** How many messages it has got from earlier clients. */
  get restored(): number {
    const { enqueued, filtered } = this.analytics.stats()
    return enqueued + filtered - this.#returned
  }

  /** Runs users' code. Returns what it returns, throws what it throws. */
  run(place: string, reaction = this.reactions.get(place) ?? 'nothing'): unknown {
    if (this.isDead) return undefined
    this.#setup.clock.touch()
    this.#setup.coverage.hit(`in ${place}`)
    this.checkRest(place)
    this.checkStats(place)
    if (reaction === 'nothing' || ++this.#reactions > mostReactions) return undefined
    this.#setup.coverage.hit(`reaction ${reaction}`)
    return react(this, reaction)
  }

  call(plan: CallPlan): void {
    const { books, coverage, config } = this.#setup
    const { type, way, mark, size, callback, isBound } = plan
    const variant = variantOf(way)
    coverage.hit(`call ${type}`)
    coverage.hit(`call ${variant}: ${way}`)
    const room = Math.min(config.maxMessageBytes, config.maxBatchBytes)
    const key = `${this.number}-${++this.#calls}`
    const call: Call = {
      ...{ key, type, client: this.number, variant, mark, fill: fillOf(way, size, room) },
      ...{ hasCallback: callback !== undefined, order: 0, state: 'running', calledBack: [] },
      ...{ told: undefined, handled: 'passed', wasSent: false, wasAccepted: false },
      ...{ answers: new Set(), faults: 0, isLost: false },
    }
    const argument = argumentOf({ key, type, way, fill: call.fill }, (place) => {
      this.run(place, plan.within)
    })
    books.begin(call, argument)
    const back = callback === undefined ? undefined : this.#callbackOf(call, callback)
    const target = isBound ? this.analytics.with({ anonymousId: 'a' }) : this.analytics
    const method = target[type].bind(target) as (...args: unknown[]) => boolean
    this.#depth++
    try {
      method(argument, way === 'callback null' ? (back ?? null) : back)
      this.#returned++
      books.end(call, 'returned')
    } catch (error) {
      books.end(call, 'threw')
      const { code } = error as AnalyticsError
      if (variant !== 'invalid' || config.onInvalid !== 'throw' || code !== 'invalid_message') {
        this.#violate(`a call threw: ${String(error)}`)
      }
    } finally {
      this.#depth--
    }
  }

  track(size: number): void {
    this.call({ ...plainCall, size })
  }

  miscall(): void {
    this.call({ ...plainCall, way: 'no id' })
  }

  listen(event: ListenedEvent = 'error', reaction: Reaction = 'nothing'): void {
    const listener = (): unknown => this.run(`an added listener of ${event}`, reaction)
    this.analytics.on(event, listener)
  }

  flush(timeout = Infinity): Promise<unknown> {
    const { books } = this.#setup
    // Those that are running now, in whose getters we may be, come after it.
    const before = books.calls.filter(({ state }) => state === 'returned')
    const options = timeout === Infinity ? undefined : { timeout }
    const promise = this.analytics.flush(options).then(() => {
      const isWhole = timeout === Infinity && !this.isClosing && !this.isDead
      if (isWhole) this.#checkFlushed(before)
    })
    return this.#wait('flush()', timeout, promise)
  }

  close(timeout?: number, how: 'close' | 'closeAndFlush' | 'flush' = 'close'): Promise<unknown> {
    const isFirst = !this.isClosing
    this.isClosing = true
    const options = timeout === undefined ? undefined : { timeout }
    const closed =
      how === 'flush'
        ? this.analytics.flush({ ...options, close: true })
        : this.analytics[how](options)
    if (isFirst) this.released = closed
    return this.#wait('close()', timeout ?? 25_000, closed)
  }

  /** Whether the outbox is in the middle of no change. */
  checkRest(place: string): void {
    const { running } = this.#probe
    if (running !== '') this.#violate(`${place} runs while the outbox is within ${running}`)
  }

  /** Whether the books balance at this moment. */
  checkStats(place: string): void {
    const stats = this.analytics.stats()
    const { enqueued, delivered, failed, pending, bytes, oldestAge, filtered } = stats
    const { maxQueueBytes, outbox } = this.#setup.config
    const byCode = Object.values(stats.failedByCode).reduce((sum, count) => sum + count, 0)
    const { restored } = this
    const mistakes = [
      enqueued !== delivered + failed + pending && 'they do not balance',
      [enqueued, delivered, failed, pending, bytes, oldestAge, filtered].some(
        (count) => !(count >= 0),
      ) && 'a count is negative',
      failed !== byCode && 'failedByCode',
      (pending === 0) !== (bytes === 0) && 'bytes without messages, or messages without',
      outbox === 'memory' && bytes > maxQueueBytes && 'more than maxQueueBytes',
      // Within a call its own message is on one side only.
      this.#depth === 0 && restored < 0 && 'a call is missing',
      this.#depth === 0 && restored > this.#setup.left && `${restored} restored`,
    ].filter((mistake) => mistake !== false)
    if (mistakes.length > 0) {
      this.#violate(`in ${place}: ${mistakes.join(', ')}: ${JSON.stringify(stats)}`)
    }
  }

  /** What holds whenever nothing more happens by itself: everything that has ended was told. */
  checkTold(): void {
    if (this.isDead) return
    const { now, elapsed } = this.#setup.clock
    for (const { what, started, timeout, isOver } of this.waits) {
      // Asynchronous callbacks are waited for, for a second.
      if (!isOver && elapsed > started + timeout + 1_000) {
        this.#violate(`${what} with timeout ${timeout} hangs at ${now}`)
      }
    }
    if (!this.#setup.config.isHeard) return
    const { delivered, failed } = this.analytics.stats()
    if (delivered !== this.#delivered || failed !== this.#failed) {
      this.#violate(
        `${delivered} delivered and ${failed} failed, but told: ${this.#delivered} and ${this.#failed}`,
      )
    }
  }

  #hear(): void {
    for (const type of messageTypes) {
      this.analytics.on(type, ({ event }) => {
        this.#delivered++
        this.#tell([event], 'delivered')
        return this.run('a listener of a delivery')
      })
    }
    this.analytics.on('error', ({ code, messages }) => {
      this.#failed += messages.length
      if (code === 'outbox_damaged') this.#violate('nothing was damaged')
      this.#tell(messages, code)
      return this.run('a listener of error')
    })
  }

  #tell(messages: readonly Message[], code: EndCode): void {
    if (this.isDead) return
    const { books, coverage } = this.#setup
    coverage.hit(`end ${code}`, messages.length)
    const mayBe = code !== 'closed' && code !== 'timeout'
    if (!mayBe && !this.isClosing) this.#violate(`${code}, and nobody has closed it`)
    for (const message of messages) books.tell(message, { code, client: this.number })
  }

  #callbackOf(call: Call, reaction: Reaction) {
    return (error: AnalyticsError | undefined, { event }: { event: Message }): unknown => {
      if (this.isDead) return undefined
      this.#setup.books.callBack(call, error?.code ?? 'delivered', event)
      return this.run('a callback', reaction)
    }
  }

  #wait(what: string, timeout: number, promise: Promise<unknown>): Promise<unknown> {
    const { clock } = this.#setup
    const end = (): void => {
      wait.isOver = true
      clock.touch()
    }
    const watched = promise.then(end, (error: unknown) => {
      this.#violate(`${what} has rejected: ${String(error)}`)
      end()
    })
    const wait = { what, started: clock.elapsed, timeout, promise: watched, isOver: false }
    this.waits.push(wait)
    return watched
  }

  /** A flush covers all calls that were made before it, but for what is put aside. */
  #checkFlushed(calls: readonly Call[]): void {
    const { config } = this.#setup
    for (const call of calls) {
      if (call.client !== this.number) continue
      if (call.handled === 'dropped' || call.told || call.calledBack.length > 0) continue
      if (!config.isHeard && !call.hasCallback) continue
      if (config.outbox === 'disk' && call.faults > config.maxRetries) continue
      this.#violate(`flush() has resolved, and ${call.key} has not ended`)
      return
    }
  }

  #violate(text: string): void {
    this.#setup.books.violate(`client ${this.number}: ${text}`)
  }
}
