// Takes the oldest batch, sends it until its fate is known, takes the next.

import { AsyncResource } from 'node:async_hooks'
import { debuglog } from 'node:util'
import pRetry from 'p-retry'
import { toError } from '../runtime/describe-value.js'
import type { ErrorCode } from '../runtime/error-codes.js'
import { describeAnswer, judge, waitOf, type Answer, type Verdict } from './answer.js'
import { backoff, maxBackoff } from './backoff.js'
import { CorruptBatch, type Batch } from '../outbox/batch.js'
import type { Outbox } from '../outbox/outbox.js'
import { Pauses } from './pause.js'
import type { Poster } from './poster.js'

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
const longestHurriedWait = 500

/** How long the outbox is left alone when it has thrown, in milliseconds. */
const afterMishap = 1_000

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
  readonly decision: Verdict
  /** Milliseconds from now: what the server has asked for, or the most that the backoff may be. */
  readonly wait: number
}

export interface SenderOptions {
  outbox: BatchSource
  poster: Pick<Poster, 'post'>
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
  onRetry: (batch: Batch, answer: Answer, failingFor: number, next: NextTry) => void
  /** Called when a request has ended and nothing more is due. */
  onIdle: () => void
}

/** One failed try, as p-retry wants it: an error. */
class FailedTry extends Error {
  readonly answer: Answer
  readonly verdict: Verdict

  constructor(answer: Answer, verdict: Verdict) {
    super(describeAnswer(answer))
    this.answer = answer
    this.verdict = verdict
  }
}

/** What is known of a batch's failed tries. */
interface History {
  failures: number
  faults: number
  /** Whether what has just been refused was sent with renewed credentials. */
  isRenewed: boolean
  /** When the first one failed, on the monotonic clock. */
  since: number
}

export class Sender {
  readonly #options: SenderOptions
  readonly #scope = new AsyncResource('selfsame')
  readonly #backoffs = new Pauses()
  readonly #lingers = new Pauses()
  #abort = new AbortController()
  #stopped = false
  #isHurried = false
  #lanes = 0
  /** When a request was last begun, on the monotonic clock. */
  #lastStart = -Infinity
  /** Until when the server has asked us to wait, on the monotonic clock. */
  #notBefore = 0
  requests = 0
  retries = 0

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** Whether as many requests are under way as may be. */
  get isBusy(): boolean {
    return this.#lanes >= this.#options.maxInFlight
  }

  /** Whether a request waits for more messages to fill it. */
  get isLingering(): boolean {
    return this.#lingers.any
  }

  /** Sends what is due, unless enough requests are under way: those see what is due when they end. */
  wake(): void {
    if (this.isLingering && this.#options.isUrgent()) this.#lingers.hurry()
    while (!this.isBusy && !this.#stopped && this.#options.isDue()) {
      this.#lanes++
      // In a context of its own: that of the call which happened to start it would see to other requests' callbacks,
      // and live as long as an outage.
      try {
        void this.#scope.runInAsyncScope(() => this.#lane())
      } catch (error) {
        // There was no stack left to begin it.
        this.#lanes--
        throw error
      }
    }
  }

  /**
   * Somebody who has little time waits: what waits for its backoff is tried again now, and soon after, until something
   * is delivered. What the server has asked for is still waited for.
   */
  hurry(): void {
    this.#isHurried = true
    this.#backoffs.hurry()
  }

  /** Gives up what is under way: it stays in the outbox, as taken. */
  interrupt(): void {
    const abort = this.#abort
    this.#abort = new AbortController()
    abort.abort(new Error('the request was given up'))
  }

  /** Gives up what is under way, and sends nothing any more. */
  stop(): void {
    this.#stopped = true
    this.interrupt()
  }

  async #lane(): Promise<void> {
    try {
      await this.#sendWhatIsDue()
    } catch (error) {
      // Nothing of ours in a lane throws. An outbox of the caller's own may: the host learns of it, and is not kept busy.
      process.emitWarning(toError(error))
      await this.#backoffs.pause(afterMishap, this.#abort.signal)
    }
    this.#lanes--
    this.#options.onIdle()
  }

  async #sendWhatIsDue(): Promise<void> {
    const { outbox, load, isDue } = this.#options
    const { signal } = this.#abort
    // Never in the caller's own tick: a call must not pay for a request, and a burst of calls fills one batch.
    await nextTurn()
    await load()
    while (isDue()) {
      await this.#linger(signal)
      if (signal.aborted) return
      const taken = outbox.take()
      const batch = taken instanceof Promise ? await taken : taken
      if (!batch) return
      await this.#deliver(batch, signal)
    }
  }

  /** Under load, lets a batch fill: a request costs as much as hundreds of messages. */
  async #linger(signal: AbortSignal): Promise<void> {
    const wait = this.#lastStart + pace - performance.now()
    if (wait > 0 && !this.#options.isUrgent()) await this.#lingers.pause(wait, signal)
    this.#lastStart = performance.now()
  }

  async #deliver(batch: Batch, signal: AbortSignal): Promise<void> {
    const { onFailed, outbox } = this.#options
    // While it was read from the disk, it was given up.
    if (signal.aborted) outbox.replace(batch, [batch])
    else if (isExpired(batch, outbox)) onFailed(batch, expired)
    else await this.#send(batch, signal)
  }

  async #send(batch: Batch, signal: AbortSignal): Promise<void> {
    const { onDelivered, onFailed, onExhausted, outbox } = this.#options
    const history: History = { failures: 0, faults: 0, isRenewed: false, since: NaN }
    try {
      await pRetry((attempt) => this.#try(batch, attempt - 1, history, signal), {
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
      if (error instanceof FailedTry && error.verdict === 'split')
        outbox.replace(batch, batch.split())
      else if (error instanceof CorruptBatch) this.#setAside(batch, error)
      else if (isExpired(batch, outbox)) onFailed(batch, expired)
      else if (error instanceof FailedTry && !refusals.has(error.verdict))
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
  async #try(
    batch: Batch,
    retryCount: number,
    history: History,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#waitFor(history.failures, signal)
    signal.throwIfAborted()
    this.requests++
    if (retryCount > 0) this.retries++
    const started = performance.now()
    const answer = await this.#options.poster.post(batch, retryCount, signal)
    const verdict = judge(answer, batch.count)
    debug(
      'batch of %d from message %d, try %d: %s after %d ms: %s',
      batch.count,
      batch.sequence,
      retryCount + 1,
      describeAnswer(answer),
      Math.round(performance.now() - started),
      verdict,
    )
    if (verdict !== 'delivered') throw new FailedTry(answer, verdict)
    this.#isHurried = false
  }

  /** Backoff for this batch's failures, and what the server has asked all of us to wait. */
  async #waitFor(failures: number, signal: AbortSignal): Promise<void> {
    if (failures > 0) {
      const wait = backoff(failures)
      await this.#backoffs.pause(
        this.#isHurried ? Math.min(wait, longestHurriedWait) : wait,
        signal,
      )
    }
    while (!signal.aborted) {
      const wait = this.#notBefore - performance.now()
      if (wait <= 0) return
      await this.#backoffs.pause(Math.ceil(wait), signal)
    }
  }

  #mayRetry(batch: Batch, { answer, verdict }: FailedTry, history: History): boolean {
    if (verdict === 'split' || verdict === 'refusal') return false
    const now = performance.now()
    if (Number.isNaN(history.since)) history.since = now
    if (verdict === 'renew') {
      if (history.isRenewed) return false
      history.isRenewed = true
      this.#options.onRetry(batch, answer, now - history.since, { decision: verdict, wait: 0 })
      return true
    }
    history.isRenewed = false
    const asked = verdict === 'wait' ? (waitOf(answer) ?? 0) : 0
    if (verdict === 'wait') {
      this.#notBefore = Math.max(this.#notBefore, now + asked)
      history.failures = 0
    } else {
      history.failures++
    }
    const failingFor = now - history.since
    const { outbox, maxRetries, maxRetryDuration } = this.#options
    if (isExpired(batch, outbox)) return false
    if (verdict === 'fault' && ++history.faults > maxRetries) return false
    // What is on disk is safe there: while nobody is there to take it, nothing would be won by putting it aside.
    const isOver = failingFor >= maxRetryDuration && !outbox.isDurable
    if (verdict !== 'fault' && isOver) return false
    const wait = verdict === 'wait' ? asked : maxBackoff(history.failures)
    this.#options.onRetry(batch, answer, failingFor, { decision: verdict, wait })
    return true
  }
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

const refusals: ReadonlySet<Verdict> = new Set<Verdict>(['refusal', 'renew'])

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
