// Takes the oldest batch, sends it until its fate is known, takes the next.

import { AsyncResource } from 'node:async_hooks'
import { debuglog } from 'node:util'
import pRetry from 'p-retry'
import { errorOf } from '../describe.js'
import { type ErrorCode } from '../errors.js'
import {
  describeAnswer,
  classify,
  retryAfterMs,
  type AttemptResult,
  type RetryDecision,
} from './answer.js'
import { backoff } from './backoff.js'
import type { Batch } from '../outbox/batch.js'
import type { Outbox } from '../outbox/outbox.js'
import { isThenable } from '../value-kinds.js'
import { Sleepers } from './sleep.js'
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

export interface SenderOptions {
  outbox: Outbox
  poster: Poster
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
  onRetry: (batch: Batch, answer: AttemptResult, failingFor: number) => void
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
  readonly #backoffs = new Sleepers()
  readonly #lingers = new Sleepers()
  #abort = new AbortController()
  #stopped = false
  #isExpedited = false
  #inFlight = 0
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
    while (!this.isSaturated && !this.#stopped && this.#options.isDue()) {
      this.#inFlight++
      // In a context of its own: that of the call which happened to start it would see to other requests' callbacks,
      // and live as long as an outage.
      void this.#scope.runInAsyncScope(() => this.#runLane())
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
    this.#abort = new AbortController()
    abort.abort(new Error('the request was given up'))
  }

  /** Gives up what is under way, and sends nothing any more. */
  stop(): void {
    this.#stopped = true
    this.interrupt()
  }

  async #runLane(): Promise<void> {
    try {
      await this.#sendWhatIsDue()
    } catch (error) {
      // Only an outbox of the user's own can throw here: report it, and do not retry in a busy loop.
      process.emitWarning(`the outbox threw, and is tried again: ${errorOf(error).message}`, {
        type: 'SelfsameWarning',
        code: 'SELFSAME_OUTBOX',
      })
      await this.#backoffs.sleep(outboxErrorDelay, this.#abort.signal)
    }
    this.#inFlight--
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
      const batch = isThenable(taken) ? await taken : taken
      if (!batch) return
      await this.#deliver(batch, signal)
    }
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
      if (error instanceof FailedTry && error.decision === 'split')
        outbox.replace(batch, batch.split())
      else if (isExpired(batch, outbox)) onFailed(batch, expired)
      else if (error instanceof FailedTry && !rejections.has(error.decision))
        onExhausted(batch, exhausted(error))
      else onFailed(batch, failureOf(error))
    }
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
    const decision = classify(answer, batch.count)
    debug(
      'batch of %d from message %d, try %d: %s after %d ms: %s',
      batch.count,
      batch.sequence,
      retryCount + 1,
      describeAnswer(answer),
      Math.round(performance.now() - started),
      decision,
    )
    if (decision !== 'delivered') throw new FailedTry(answer, decision)
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
      this.#options.onRetry(batch, answer, now - history.since)
      return true
    }
    history.isRenewed = false
    if (decision === 'retry-after') {
      this.#notBefore = Math.max(this.#notBefore, now + (retryAfterMs(answer) ?? 0))
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
    this.#options.onRetry(batch, answer, failingFor)
    return true
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof FailedTry)) {
    return { code: 'rejected', reason: 'the batch could not be sent', cause: errorOf(error) }
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

function isExpired({ since }: Batch, { maxAge }: Outbox): boolean {
  return Date.now() - since > maxAge
}
