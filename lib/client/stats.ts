// What stats(), flush() and close() take and return.

import type { ErrorCode } from '../runtime/error-codes.js'

/** What has become of a client's messages since it was made. */
export interface Counts {
  delivered: number
  /** Handed over to a shared queue, from which workers deliver them. Only with the option `delivery`. */
  queued?: number
  /** Each was reported with its reason. */
  failed: number
  pending: number
}

/** The counts of a client, and the state of its delivery. `enqueued = delivered + queued + failed + pending`, always. */
export interface Stats extends Counts {
  queued: number
  /** Calls made, including those that failed at once, but not those that threw. */
  enqueued: number
  failedByCode: Partial<Record<ErrorCode, number>>
  /** Calls whose message a middleware dropped. No other count includes them. */
  filtered: number
  /** Failed messages that the option `deadLetter` has kept: all of them, if it is set and could be written. */
  deadLettered: number
  /** Of the pending messages. */
  bytes: number
  /** All tries made, retries included. */
  requests: number
  /** How many of these were retries. */
  retries: number
  /** How long the oldest pending message has waited, in milliseconds; 0 if none is. */
  oldestAge: number
}

export interface FlushOptions {
  /** Milliseconds after which to resolve regardless. */
  timeout?: number | undefined
  /** Also accept no more calls, as `close()`. */
  close?: boolean | undefined
}

export interface CloseOptions {
  /**
   * Milliseconds after which what is still pending fails as `timeout`.
   * @default 25_000, which fits into the 30 s that Kubernetes and others give a process after SIGTERM
   */
  timeout?: number | undefined
}
