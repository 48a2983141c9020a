// Takes the oldest batch, sends it until its fate is known, takes the next.

import { AsyncResource } from 'node:async_hooks'
import { setMaxListeners } from 'node:events'
import { debuglog } from 'node:util'
import pRetry from 'p-retry'
import { toError } from '../runtime/describe-value.js'
import type { ErrorCode } from '../runtime/error-codes.js'
import { isThenable } from '../runtime/value-kinds.js'
import { warn } from '../runtime/warnings.js'
import {
  describeAnswer,
  classify,
  retryAfterMs,
  type AttemptResult,
  type RetryDecision,
} from './answer.js'
import { backoff, maxBackoff } from './backoff.js'
import { CorruptBatch, type Batch } from '../outbox/batch.js'
import type { Outbox } from '../outbox/outbox.js'
import { newHistory, type History } from './history.js'
import { Sleepers } from './sleep.js'
import type { Poster } from './poster.js'
import { RequestSize } from './request-size.js'

const debug = debuglog('selfsame')

// Taken now: tests replace the timers of the process, and would wait for requests in vain.
const setImmediateNow = setImmediate
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediateNow(resolve))

/**
 * The least time between the starts of two requests, in milliseconds, unless the next one is full or somebody waits for
 * it. It is what an idle client never notices, and what fills the requests of a busy one (bench/).
 */
const pace = 10

/** The longest backoff where somebody has little time, in milliseconds. */
const maxExpeditedBackoff = 500

/** How long the outbox is left alone when it has thrown, in milliseconds. */
const outboxErrorDelay = 1_000

/** Why a batch failed. */
export interface Failure {
  code: ErrorCode
  reason: string
  status?: number | undefined
  cause?: Error | undefined
}

/** What a sender needs of an outbox. */
export type BatchSource = Pick<Outbox, 'take' | 'replace' | 'isDurable' | 'maxAge'>

/** The try that follows a failed one. */
export interface NextTry {
  readonly decision: RetryDecision
  /** Milliseconds from now: what the server has asked for, or the most that the backoff may be. */
  readonly wait: number
}

export interface SenderOptions {
  outbox: BatchSource
  poster: Pick<Poster, 'post' | 'timeout'>
  /** Loads what the first request needs; batches grow meanwhile. */
  load: () => Promise<void>
  maxInFlight: number
  /** How often a fault may be retried. */
  maxRetries: number
  /** Milliseconds for which waits and outages are retried. */
  maxRetryDuration: number
  /** Whether the oldest batch should go. */
  isDue: () => boolean
  /** Whether it should go without waiting for more to fill it. */
  isUrgent: () => boolean
  onDelivered: (batch: Batch) => void
  onFailed: (batch: Batch, failure: Failure) => void
  /** Called when a batch was tried as often, or for as long, as the options say. */
  onExhausted: (batch: Batch, failure: Failure) => void
  /** Called after each try that will be followed by another, with how long the batch has been failing. */
  onRetry: (batch: Batch, answer: AttemptResult, failingFor: number, next: NextTry) => void
  /** Called when a request has ended and nothing more is due. */
  onIdle: () => void
}

/** One failed try, as p-retry wants it: an error. */
class FailedTry extends Error {
  readonly answer: AttemptResult
  readonly decision: RetryDecision

  constructor(answer: AttemptResult, decision: RetryDecision) {
    super(describeAnswer(answer))
    this.answer = answer
    this.decision = decision
  }
}

/** One request at a time: `maxInFlight` of them run at most. */
type Lane = Readonly<Record<string, never>>

export class Sender {
  readonly #options: SenderOptions
  readonly #scope = new AsyncResource('selfsame')
  readonly #backoffs = new Sleepers()
  readonly #lingers = new Sleepers()
  readonly #requestSize: RequestSize
  /** The failures of a batch that was halved are those of its halves. */
  readonly #histories = new WeakMap<Batch, History>()
  #abort = newAbortController()
  #stopped = false
  #isExpedited = false
  #inFlight = 0
  /** The lane that takes the next batch. Until it has, nobody knows whether there is anything left for another. */
  #taker: Lane | undefined
  /** When a request was last begun, on the monotonic clock. */
  #lastStart = -Infinity
  /** Until when the server has asked us to wait, on the monotonic clock. */
  #notBefore = 0
  requests = 0
  retries = 0

  constructor(options: SenderOptions) {
    this.#options = options
    this.#requestSize = new RequestSize(options.poster.timeout)
  }

  /** Whether as many requests are under way as may be. */
  get isSaturated(): boolean {
    return this.#inFlight >= this.#options.maxInFlight
  }

  /** Whether a request waits for more messages to fill it. */
  get isLingering(): boolean {
    return this.#lingers.any
  }

  /** Sends what is due, unless enough requests are under way: those see what is due when they end. */
  wake(): void {
    if (this.isLingering && this.#options.isUrgent()) this.#lingers.wakeAll()
    if (this.#taker || this.isSaturated || this.#stopped || !this.#options.isDue()) return
    const lane: Lane = {}
    this.#taker = lane
    this.#inFlight++
    // In a context of its own: that of the call which happened to start it would see to other requests' callbacks,
    // and live as long as an outage.
    try {
      void this.#scope.runInAsyncScope(() => this.#runLane(lane))
    } catch (error) {
      // There was no stack left to begin it.
      this.#endLane(lane)
      throw error
    }
  }

  /**
   * Somebody who has little time waits: what waits for its backoff is tried again now, and soon after, until something
   * is delivered. What the server has asked for is still waited for.
   */
  expedite(): void {
    this.#isExpedited = true
    this.#backoffs.wakeAll()
  }

  /** Gives up what is under way: it stays in the outbox, as taken. */
  interrupt(): void {
    const abort = this.#abort
    this.#abort = newAbortController()
    abort.abort(new Error('the request was given up'))
  }

  /** Gives up what is under way, and sends nothing any more. */
  stop(): void {
    this.#stopped = true
    this.interrupt()
  }

  async #runLane(lane: Lane): Promise<void> {
    try {
      await this.#sendWhatIsDue(lane)
    } catch (error) {
      // Only an outbox of the user's own can throw here: report it, and do not retry in a busy loop.
      warn('SELFSAME_OUTBOX', `the outbox threw, and is tried again: ${toError(error).message}`)
      await this.#backoffs.sleep(outboxErrorDelay, this.#abort.signal)
    }
    this.#endLane(lane)
    this.#options.onIdle()
  }

  #endLane(lane: Lane): void {
    this.#inFlight--
    if (this.#taker === lane) this.#taker = undefined
  }

  async #sendWhatIsDue(lane: Lane): Promise<void> {
    const { load, isDue } = this.#options
    const { signal } = this.#abort
    // Never in the caller's own tick: a call must not pay for a request, and a burst of calls fills one batch.
    await nextTurn()
    await load()
    while (isDue()) {
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

  /** Takes the next batch. What that leaves is for another lane. */
  #take(): ReturnType<Outbox['take']> {
    const taken = this.#options.outbox.take()
    this.#taker = undefined
    if (taken) this.wake()
    return taken
  }

  /** Under load, lets a batch fill: a request costs as much as hundreds of messages. */
  async #linger(signal: AbortSignal): Promise<void> {
    const wait = this.#lastStart + pace - performance.now()
    if (wait > 0 && !this.#options.isUrgent()) await this.#lingers.sleep(wait, signal)
    this.#lastStart = performance.now()
  }

  async #deliver(batch: Batch, signal: AbortSignal): Promise<void> {
    const { onFailed, outbox } = this.#options
    // While it was read from the disk, it was given up.
    if (signal.aborted) outbox.replace(batch, [batch])
    else if (isExpired(batch, outbox)) onFailed(batch, expired)
    else if (this.#isTooLarge(batch)) this.#halve(batch)
    else await this.#send(batch, signal)
  }

  async #send(batch: Batch, signal: AbortSignal): Promise<void> {
    const { onDelivered, onFailed, onExhausted, outbox } = this.#options
    const history = this.#histories.get(batch) ?? newHistory()
    try {
      await pRetry(() => this.#try(batch, history, signal), {
        retries: Infinity,
        minTimeout: 0,
        signal,
        shouldRetry: ({ error }) =>
          error instanceof FailedTry && this.#mayRetry(batch, error, history),
      })
      onDelivered(batch)
    } catch (error) {
      // Given up: the batch stays in the outbox, for whoever gave it up to settle.
      if (signal.aborted) return
      if (history.isTooSlow) this.#halve(batch, history)
      else if (error instanceof FailedTry && error.decision === 'split')
        outbox.replace(batch, batch.split())
      else if (error instanceof CorruptBatch) this.#setAside(batch, error)
      else if (isExpired(batch, outbox)) onFailed(batch, expired)
      else if (error instanceof FailedTry && !rejections.has(error.decision))
        onExhausted(batch, exhausted(error))
      else onFailed(batch, failureOf(error))
    }
  }

  /** Its memory is not what was written to it: it is never sent. What is on disk may be read once more. */
  #setAside(batch: Batch, cause: Error): void {
    const { onFailed, onExhausted, outbox } = this.#options
    const failure: Failure = { code: 'outbox_damaged', reason: cause.message, cause }
    if (outbox.isDurable) onExhausted(batch, failure)
    else onFailed(batch, failure)
  }

  /** One try, after the waits that come before it. */
  async #try(batch: Batch, history: History, signal: AbortSignal): Promise<void> {
    await this.#waitFor(history.failures, signal)
    signal.throwIfAborted()
    this.requests++
    const retryCount = history.attempts++
    if (retryCount > 0) this.retries++
    const started = performance.now()
    const answer = await this.#options.poster.post(batch, retryCount, signal)
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

  /** Backoff for this batch's failures, and what the server has asked all of us to wait. */
  async #waitFor(failures: number, signal: AbortSignal): Promise<void> {
    if (failures > 0) {
      const wait = backoff(failures)
      await this.#backoffs.sleep(
        this.#isExpedited ? Math.min(wait, maxExpeditedBackoff) : wait,
        signal,
      )
    }
    while (!signal.aborted) {
      const wait = this.#notBefore - performance.now()
      if (wait <= 0) return
      await this.#backoffs.sleep(Math.ceil(wait), signal)
    }
  }

  #mayRetry(batch: Batch, { answer, decision }: FailedTry, history: History): boolean {
    if (decision === 'split' || decision === 'reject') return false
    const now = performance.now()
    if (Number.isNaN(history.since)) history.since = now
    if (decision === 'renew') {
      if (history.isRenewed) return false
      history.isRenewed = true
      this.#options.onRetry(batch, answer, now - history.since, { decision, wait: 0 })
      return true
    }
    history.isRenewed = false
    const asked = decision === 'retry-after' ? (retryAfterMs(answer) ?? 0) : 0
    if (decision === 'retry-after') {
      this.#notBefore = Math.max(this.#notBefore, now + asked)
      history.failures = 0
    } else {
      history.failures++
    }
    const failingFor = now - history.since
    const { outbox, maxRetries, maxRetryDuration } = this.#options
    if (isExpired(batch, outbox)) return false
    if (decision === 'retry-counted' && ++history.faults > maxRetries) return false
    // What is on disk is safe there: while nobody is there to take it, nothing would be won by putting it aside.
    const isOver = failingFor >= maxRetryDuration && !outbox.isDurable
    if (decision !== 'retry-counted' && isOver) return false
    const wait = decision === 'retry-after' ? asked : maxBackoff(history.failures)
    this.#options.onRetry(batch, answer, failingFor, { decision, wait })
    if (answer.status !== undefined || !answer.isSlow) return true
    this.#requestSize.halve(batch.size)
    history.isTooSlow = batch.count > 1
    return !history.isTooSlow
  }

  /** Whether it would not fit into the time of one attempt, as far as is known. */
  #isTooLarge(batch: Batch): boolean {
    return batch.count > 1 && batch.size > this.#requestSize.max
  }

  /** Its halves take its place, and what is known of its failures. */
  #halve(batch: Batch, history?: History): void {
    const parts = batch.split()
    const known = history ?? this.#histories.get(batch)
    if (known) {
      const [first, second] = parts
      this.#histories.set(first, { ...known, isTooSlow: false })
      // The backoff is that of the first; when it has gone, there is none to wait for.
      this.#histories.set(second, { ...known, isTooSlow: false, failures: 0 })
    }
    this.#options.outbox.replace(batch, parts)
  }
}

/** Each request in flight listens to it, which is no leak. */
function newAbortController(): AbortController {
  const controller = new AbortController()
  try {
    setMaxListeners(0, controller.signal)
  } catch {
    // The signal of jsdom, which counts nothing.
  }
  return controller
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof FailedTry)) {
    return { code: 'rejected', reason: 'the batch could not be sent', cause: toError(error) }
  }
  const { status } = error.answer
  return { code: 'rejected', reason: error.message, status, cause: causeOf(error) }
}

function exhausted(error: FailedTry): Failure {
  const { status } = error.answer
  const reason = `gave up; at last ${error.message}`
  return { code: 'retries_exhausted', reason, status, cause: causeOf(error) }
}

function causeOf({ answer }: FailedTry): Error | undefined {
  return 'error' in answer ? answer.error : undefined
}

const rejections: ReadonlySet<RetryDecision> = new Set<RetryDecision>(['reject', 'renew'])

const expired: Failure = {
  code: 'expired',
  reason: 'it could not be delivered before it was older than maxAge',
}

/** A clock that shows an earlier time was never set: 2001-01-01, in milliseconds since the epoch. */
const earliestPlausible = Date.UTC(2001, 0, 1)

function isExpired({ since }: Batch, { maxAge }: BatchSource): boolean {
  // Of a message that was written before the clock was set nobody knows the age.
  return since >= earliestPlausible && Date.now() - since > maxAge
}
