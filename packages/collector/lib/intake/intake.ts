// The queue in front of a store: what comes from many requests is taken in together.
import { isUnavailable, StoreUnavailable } from '../store/errors.js'
import type { Store } from '../store/store.js'
import type { Rules } from '../profiles/rules.js'
import type { Incoming, Outcome } from '../messages/incoming.js'
import { takeIn } from './take-in.js'

const MAX_GROUP = 500
const MAX_WAIT = 20
const MAX_QUEUED = 20_000

export interface IntakeOptions {
  /** The most messages in a transaction. @default 500 */
  readonly maxGroup?: number
  /** The least time between the starts of two transactions that are not full, ms. @default 20 */
  readonly maxWait?: number
  /** The most messages that wait. A batch that comes to an empty queue is always taken. @default 20,000 */
  readonly maxQueued?: number
}

interface Waiting {
  readonly batch: readonly Incoming[]
  /** What became of its first messages: a large batch takes several transactions. */
  readonly outcomes: Outcome[]
  readonly resolve: (outcomes: Outcome[]) => void
  readonly reject: (error: unknown) => void
}

/** A part of what a caller waits for. */
interface Part {
  readonly of: Waiting
  readonly batch: readonly Incoming[]
}

/**
 * Takes messages in, in the order of their coming. The first is taken at once; under load many share a transaction,
 * as long as it takes no longer than 20 ms to gather them. A store in memory is never waited for.
 */
export class Intake {
  readonly #store: Store
  readonly #rules: Rules
  readonly #options: Required<IntakeOptions>
  #queue: Waiting[] = []
  #queued = 0
  /** When the last transaction began. */
  #lastStart = -Infinity
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isClosed = false

  constructor(store: Store, rules: Rules, options: IntakeOptions = {}) {
    this.#store = store
    this.#rules = rules
    const { maxGroup = MAX_GROUP, maxWait = MAX_WAIT, maxQueued = MAX_QUEUED } = options
    this.#options = { maxGroup, maxWait: store.kind === 'memory' ? 0 : maxWait, maxQueued }
  }

  /** How many messages wait, or are being taken in. */
  get queued(): number {
    return this.#queued
  }

  /**
   * @returns What became of each message, once all of them are in the store. If it rejects, some may be there
   * nevertheless: to add them again is safe, as each is kept once.
   * @throws StoreUnavailable if the store fails, or too much is waiting for it
   */
  add(batch: readonly Incoming[]): Promise<Outcome[]> {
    if (this.#isClosed) return Promise.reject(new StoreUnavailable('The collector is closed'))
    if (batch.length === 0) return Promise.resolve([])
    if (this.#queued > 0 && this.#queued + batch.length > this.#options.maxQueued) {
      return Promise.reject(new StoreUnavailable('Too many messages are waiting'))
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ batch, outcomes: [], resolve, reject })
      this.#queued += batch.length
      this.#schedule()
    })
  }

  /** Takes in what is waiting. Whatever is added from now on is refused. The store is not closed. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#start()
    while (this.#running) await this.#running
  }

  #schedule(): void {
    if (this.#running) return
    const wait = this.#lastStart + this.#options.maxWait - performance.now()
    if (wait <= 0 || this.#queued >= this.#options.maxGroup) this.#start()
    else this.#timer ??= setTimeout(() => this.#start(), wait)
  }

  #start(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#running || this.#queue.length === 0) return
    this.#running = this.#run().finally(() => {
      this.#running = undefined
      if (this.#queue.length === 0) return
      if (this.#isClosed) this.#start()
      else this.#schedule()
    })
  }

  async #run(): Promise<void> {
    do {
      this.#lastStart = performance.now()
      await this.#take(this.#nextGroup())
    } while (this.#queued >= this.#options.maxGroup)
  }

  /** As many as may share a transaction, and the rest of a batch that is too large for it. */
  #nextGroup(): Part[] {
    const parts: Part[] = []
    let room = this.#options.maxGroup
    while (room > 0) {
      const next = this.#queue[0]
      if (!next) break
      const begin = next.outcomes.length
      const batch = next.batch.slice(begin, begin + room)
      room -= batch.length
      parts.push({ of: next, batch })
      if (begin + batch.length < next.batch.length) break
      this.#queue.shift()
    }
    return parts
  }

  async #take(parts: readonly Part[]): Promise<void> {
    try {
      const outcomes = await takeIn(
        this.#store,
        this.#rules,
        parts.flatMap(({ batch }) => batch),
      )
      let begin = 0
      for (const { of, batch } of parts) {
        this.#settle(of, outcomes.slice(begin, begin + batch.length))
        begin += batch.length
      }
    } catch (error) {
      // What no store can take must not be the failure of all who came at the same time.
      if (isUnavailable(error) || parts.length === 1) {
        for (const { of } of parts) this.#fail(of, error)
      } else {
        for (const part of parts) await this.#take([part])
      }
    }
  }

  #settle({ batch, outcomes: known, resolve }: Waiting, outcomes: readonly Outcome[]): void {
    known.push(...outcomes)
    this.#queued -= outcomes.length
    if (known.length === batch.length) resolve(known)
  }

  #fail(waiting: Waiting, error: unknown): void {
    const at = this.#queue.indexOf(waiting)
    if (at >= 0) this.#queue.splice(at, 1)
    this.#queued -= waiting.batch.length - waiting.outcomes.length
    waiting.reject(error)
  }
}
