// Decides whether and when a failed try is repeated.

import type { Batch } from '../outbox/batch.js'
import type { Outbox } from '../outbox/outbox.js'
import { maxBackoff } from './backoff.js'
import { isExpired } from './expiry.js'
import type { FailedTry } from './failed-try.js'
import type { History } from './history.js'
import { retryAfterMs, type RetryDecision } from './transport/answer.js'

/** The try that follows a failed one. */
export interface NextTry {
  readonly decision: RetryDecision
  /** Milliseconds from now: the server's Retry-After, or the maximum of the backoff. */
  readonly wait: number
  /** Milliseconds since the first try of the batch failed. */
  readonly failingFor: number
}

export interface RetryLimits {
  outbox: Pick<Outbox, 'isDurable' | 'maxAge'>
  /** How many retries a fault of the server may cause. */
  maxRetries: number
  /** Milliseconds for which waits and outages are retried. */
  maxRetryDuration: number
}

export class RetryPolicy {
  readonly #limits: RetryLimits
  /** When the wait that the server asked of all requests ends, on the monotonic clock. */
  #notBefore = 0

  constructor(limits: RetryLimits) {
    this.#limits = limits
  }

  /** Milliseconds that all requests still have to wait at the server's request; 0 or less if they may go. */
  get serverWait(): number {
    return this.#notBefore - performance.now()
  }

  /** Notes a failed try in the batch's history. Returns the try that follows it; undefined if there is none. */
  next(batch: Batch, { answer, decision }: FailedTry, history: History): NextTry | undefined {
    if (decision === 'split' || decision === 'reject') return undefined
    const now = performance.now()
    if (Number.isNaN(history.since)) history.since = now
    const failingFor = now - history.since
    if (decision === 'renew') {
      if (history.isRenewed) return undefined
      history.isRenewed = true
      return { decision, wait: 0, failingFor }
    }
    history.isRenewed = false
    const asked = decision === 'retry-after' ? (retryAfterMs(answer) ?? 0) : 0
    if (decision === 'retry-after') {
      this.#notBefore = Math.max(this.#notBefore, now + asked)
      history.failures = 0
    } else {
      history.failures++
    }
    const { outbox, maxRetries, maxRetryDuration } = this.#limits
    if (isExpired(batch, outbox)) return undefined
    if (decision === 'retry-counted' && ++history.faults > maxRetries) return undefined
    // A batch on disk is safe. During an outage, setting it aside would gain nothing.
    const isOver = failingFor >= maxRetryDuration && !outbox.isDurable
    if (decision !== 'retry-counted' && isOver) return undefined
    const wait = decision === 'retry-after' ? asked : maxBackoff(history.failures)
    return { decision, wait, failingFor }
  }
}
