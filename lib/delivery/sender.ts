// Takes the oldest batch, tries it until it is settled, and takes the next: on up to maxInFlight lanes at once.
//
// The modes of a lane:
//
//   idle        no lane runs. wake() starts one if the policy has something due, no other lane is taking a batch,
//               and fewer than maxInFlight lanes run.
//   loading     waits for load(), at its first batch.
//   lingering   waits up to `pace` ms since the last start, so that the batch fills. Urgency ends this at once.
//   taking      takes the batch, then wakes the next lane for what is left.
//   sending     waits for the sink's answer.
//   backing off waits before the next try. expedite() shortens the backoff, but not the server's Retry-After.
//
//   idle -> loading -> lingering -> taking -> sending -> delivered, failed or split
//                          ^          |        |   ^             |
//                          |          |  retry v   |             |
//                          |          |    backing off           |
//                          +----------+--------------------------+   while something is due
//                                     v
//                                    idle    nothing to take; onIdle
//
// An answer settles a batch (observer.onDelivered, onFailed, onExhausted) or replaces it by its halves in the outbox.
// interrupt() ends every lane and leaves its batch in the outbox, as taken. stop() does this and starts no more.

import { AsyncResource } from 'node:async_hooks'
import { setMaxListeners } from 'node:events'
import { debuglog } from 'node:util'
import pRetry from 'p-retry'
import { CorruptBatch, type Batch } from '../outbox/batch.js'
import type { Outbox } from '../outbox/outbox.js'
import { toError } from '../runtime/describe-value.js'
import { isThenable } from '../runtime/value-kinds.js'
import { warn } from '../runtime/warnings.js'
import { backoff } from './backoff.js'
import type { BatchSink } from './batch-sink.js'
import { expired, isExpired } from './expiry.js'
import { exhausted, FailedTry, failureOf, rejections } from './failed-try.js'
import type { Failure } from './failure.js'
import { newHistory, type History } from './history.js'
import { RequestSize } from './request-size.js'
import { RetryPolicy, type NextTry, type RetryLimits } from './retry-policy.js'
import { Sleepers } from './sleep.js'
import { classify, describeAnswer, type AttemptResult } from './transport/answer.js'

const debug = debuglog('selfsame')

// Captured now: tests that replace the timers of the process would otherwise wait for requests in vain.
const setImmediateNow = setImmediate
const eventLoopTurn = (): Promise<void> => new Promise((resolve) => setImmediateNow(resolve))

/**
 * The least time between the starts of two requests, in milliseconds, unless the next one is full or is waited for. An
 * idle client never notices it; it fills the requests of a busy one (bench/).
 */
const pace = 10

/** The longest backoff after expedite(), in milliseconds. */
const maxExpeditedBackoff = 500

/** How long to wait after the outbox has thrown, in milliseconds. */
const outboxErrorDelay = 1_000

/** What a sender needs of an outbox. */
export type BatchSource = Pick<Outbox, 'take' | 'replace' | 'isDurable' | 'maxAge'>

/** Decides which batches go, and when. Called often: it must be cheap, and change nothing. */
export interface SendPolicy {
  /** Whether the oldest batch should go. */
  isDue(): boolean
  /** Whether it should go without waiting for more to fill it. */
  isUrgent(): boolean
}

/** Is notified of what becomes of the batches. None of these may throw. */
export interface SendObserver {
  onDelivered(batch: Batch): void
  onFailed(batch: Batch, failure: Failure): void
  /** A batch has used up the retries that the options allow. */
  onExhausted(batch: Batch, failure: Failure): void
  /** A try failed, and another will follow. */
  onRetry(batch: Batch, answer: AttemptResult, next: NextTry): void
  /** A request has ended, and nothing more is due. */
  onIdle(): void
}

export interface SenderOptions extends RetryLimits {
  outbox: BatchSource
  sink: BatchSink
  policy: SendPolicy
  observer: SendObserver
  /** Loads what the first request needs; batches grow meanwhile. */
  load: () => Promise<void>
  /**
   * What comes before the first batch of a lane.
   * @default a turn of the event loop
   */
  nextTurn?: (() => Promise<void>) | undefined
  maxInFlight: number
}

/** Sends one request at a time; at most `maxInFlight` lanes run. */
type Lane = Readonly<Record<string, never>>

export class Sender {
  readonly #options: SenderOptions
  readonly #scope = new AsyncResource('selfsame')
  readonly #backoffs = new Sleepers()
  readonly #lingers = new Sleepers()
  readonly #requestSize: RequestSize
  readonly #retryPolicy: RetryPolicy
  /** The halves of a batch inherit its failures. */
  readonly #histories = new WeakMap<Batch, History>()
  #abort = newAbortController()
  #stopped = false
  #isExpedited = false
  #inFlight = 0
  /** The lane that is taking a batch. Only when it has is it known whether another lane has anything to do. */
  #taker: Lane | undefined
  /** When the last request began, on the monotonic clock. */
  #lastStart = -Infinity
  requests = 0
  retries = 0

  constructor(options: SenderOptions) {
    this.#options = options
    this.#requestSize = new RequestSize(options.sink.timeout)
    this.#retryPolicy = new RetryPolicy(options)
  }

  /** Whether `maxInFlight` requests are in flight. */
  get isSaturated(): boolean {
    return this.#inFlight >= this.#options.maxInFlight
  }

  /** Whether a request waits for more messages to fill it. */
  get isLingering(): boolean {
    return this.#lingers.any
  }

  /** Sends what is due, unless enough requests are in flight: these look for more when they end. */
  wake(): void {
    if (this.isLingering && this.#options.policy.isUrgent()) this.#lingers.wakeAll()
    if (this.#taker || this.isSaturated || this.#stopped || !this.#options.policy.isDue()) return
    const lane: Lane = {}
    this.#taker = lane
    this.#inFlight++
    // In an async context of its own: the context of the call that happened to start it would otherwise live as long
    // as an outage, and apply to the callbacks of other calls.
    try {
      void this.#scope.runInAsyncScope(() => this.#runLane(lane))
    } catch (error) {
      // There was no stack left to start it.
      this.#endLane(lane)
      throw error
    }
  }

  /**
   * Ends the backoffs now, and keeps the next ones short until something is delivered, because the caller has little
   * time. A wait that the server has asked for is kept.
   */
  expedite(): void {
    this.#isExpedited = true
    this.#backoffs.wakeAll()
  }

  /** Cancels what is in flight: it stays in the outbox, as taken. */
  interrupt(): void {
    const abort = this.#abort
    this.#abort = newAbortController()
    abort.abort(new Error('the request was given up'))
  }

  /** Cancels what is in flight, and sends nothing more. */
  stop(): void {
    this.#stopped = true
    this.interrupt()
  }

  async #runLane(lane: Lane): Promise<void> {
    try {
      await this.#sendWhatIsDue(lane)
    } catch (error) {
      // Only a custom outbox can throw here: report it, and do not retry in a busy loop.
      warn('SELFSAME_OUTBOX', `the outbox threw, and is tried again: ${toError(error).message}`)
      await this.#backoffs.sleep(outboxErrorDelay, this.#abort.signal)
    }
    this.#endLane(lane)
    this.#options.observer.onIdle()
  }

  #endLane(lane: Lane): void {
    this.#inFlight--
    if (this.#taker === lane) this.#taker = undefined
  }

  async #sendWhatIsDue(lane: Lane): Promise<void> {
    const { load, policy, nextTurn = eventLoopTurn } = this.#options
    const { signal } = this.#abort
    // Never in the caller's own tick: a call must not pay for a request, and a burst of calls fills one batch.
    await nextTurn()
    await load()
    while (policy.isDue()) {
      await this.#linger(signal)
      if (signal.aborted) return
      const taken = this.#take()
      const batch = isThenable(taken) ? await taken : taken
      if (!batch) return
      await this.#deliver(batch, signal)
      if (this.#taker) return
      this.#taker = lane
    }
  }

  /** Takes the next batch. The rest is left for another lane. */
  #take(): ReturnType<Outbox['take']> {
    const taken = this.#options.outbox.take()
    this.#taker = undefined
    if (taken) this.wake()
    return taken
  }

  /** Under load, lets a batch fill: a request costs as much as hundreds of messages. */
  async #linger(signal: AbortSignal): Promise<void> {
    const wait = this.#lastStart + pace - performance.now()
    if (wait > 0 && !this.#options.policy.isUrgent()) await this.#lingers.sleep(wait, signal)
    this.#lastStart = performance.now()
  }

  async #deliver(batch: Batch, signal: AbortSignal): Promise<void> {
    const { observer, outbox } = this.#options
    // It was cancelled while it was read from the disk.
    if (signal.aborted) outbox.replace(batch, [batch])
    else if (isExpired(batch, outbox)) observer.onFailed(batch, expired)
    else if (this.#isTooLarge(batch)) this.#halve(batch)
    else await this.#send(batch, signal)
  }

  async #send(batch: Batch, signal: AbortSignal): Promise<void> {
    const { observer, outbox } = this.#options
    const history = this.#histories.get(batch) ?? newHistory()
    try {
      await pRetry(() => this.#try(batch, history, signal), {
        retries: Infinity,
        minTimeout: 0,
        signal,
        shouldRetry: ({ error }) =>
          error instanceof FailedTry && this.#mayRetry(batch, error, history),
      })
      observer.onDelivered(batch)
    } catch (error) {
      // Cancelled: the batch stays in the outbox, and the code that interrupted it settles it.
      if (signal.aborted) return
      if (history.isTooSlow) this.#halve(batch, history)
      else if (error instanceof FailedTry && error.decision === 'split')
        outbox.replace(batch, batch.split())
      else if (error instanceof CorruptBatch) this.#setAside(batch, error)
      else if (isExpired(batch, outbox)) observer.onFailed(batch, expired)
      else if (error instanceof FailedTry && !rejections.has(error.decision))
        observer.onExhausted(batch, exhausted(error))
      else observer.onFailed(batch, failureOf(error))
    }
  }

  /** Its memory is not what was written to it, so it is never sent. If it is on disk, it may be read again. */
  #setAside(batch: Batch, cause: Error): void {
    const { observer, outbox } = this.#options
    const failure: Failure = { code: 'outbox_damaged', reason: cause.message, cause }
    if (outbox.isDurable) observer.onExhausted(batch, failure)
    else observer.onFailed(batch, failure)
  }

  /** Waits as long as it has to, then makes one try. */
  async #try(batch: Batch, history: History, signal: AbortSignal): Promise<void> {
    await this.#waitFor(history.failures, signal)
    signal.throwIfAborted()
    this.requests++
    const retryCount = history.attempts++
    if (retryCount > 0) this.retries++
    const started = performance.now()
    const answer = await this.#options.sink.send(batch, retryCount, signal)
    const duration = performance.now() - started
    const decision = classify(answer, batch.count)
    debug(
      'batch of %d from message %d, try %d: %s after %d ms: %s',
      batch.count,
      batch.sequence,
      retryCount + 1,
      describeAnswer(answer),
      Math.round(duration),
      decision,
    )
    if (decision !== 'delivered') throw new FailedTry(answer, decision)
    this.#requestSize.grow(batch.size, duration)
    this.#isExpedited = false
  }

  /** Waits for the backoff of this batch, and for the wait that the server has asked of all requests. */
  async #waitFor(failures: number, signal: AbortSignal): Promise<void> {
    if (failures > 0) {
      const wait = backoff(failures)
      await this.#backoffs.sleep(
        this.#isExpedited ? Math.min(wait, maxExpeditedBackoff) : wait,
        signal,
      )
    }
    while (!signal.aborted) {
      const wait = this.#retryPolicy.serverWait
      if (wait <= 0) return
      await this.#backoffs.sleep(Math.ceil(wait), signal)
    }
  }

  #mayRetry(batch: Batch, failed: FailedTry, history: History): boolean {
    const next = this.#retryPolicy.next(batch, failed, history)
    if (!next) return false
    const { answer } = failed
    this.#options.observer.onRetry(batch, answer, next)
    if (next.decision === 'renew' || answer.status !== undefined || !answer.isSlow) return true
    this.#requestSize.halve(batch.size)
    history.isTooSlow = batch.count > 1
    return !history.isTooSlow
  }

  /** Whether it is known to be too large for the time of one attempt. */
  #isTooLarge(batch: Batch): boolean {
    return batch.count > 1 && batch.size > this.#requestSize.max
  }

  /** Replaces it by its halves, which inherit its failures. */
  #halve(batch: Batch, history?: History): void {
    const parts = batch.split()
    const known = history ?? this.#histories.get(batch)
    if (known) {
      const [first, second] = parts
      this.#histories.set(first, { ...known, isTooSlow: false })
      // The first half waits for the backoff; once it is sent, the second need not.
      this.#histories.set(second, { ...known, isTooSlow: false, failures: 0 })
    }
    this.#options.outbox.replace(batch, parts)
  }
}

/** Each request in flight listens to it, which is not a leak. */
function newAbortController(): AbortController {
  const controller = new AbortController()
  try {
    setMaxListeners(0, controller.signal)
  } catch {
    // jsdom's signal does not count listeners.
  }
  return controller
}
