// What stats(), flush() and close() take and return.

import type { ErrorCode } from '../runtime/error-codes.js'

/** How the messages of a client have fared since it was made. */
export interface Counts {
  delivered: number
  /** Each of them was reported, with its reason. */
  failed: number
  pending: number
}

/** The counts of a client, and how its delivery is doing. `enqueued = delivered + failed + pending`, always. */
export interface Stats extends Counts {
  /** Calls made, those included that failed at once. Not those that threw. */
  enqueued: number
  failedByCode: Partial<Record<ErrorCode, number>>
  /** Calls whose message a middleware dropped. They are in none of the other counts. */
  filtered: number
  /** Failed messages that the option `deadLetter` has kept: all of them, if it is set and could be written. */
  deadLettered: number
  /** Of the messages that are pending. */
  bytes: number
  /** Tries made, the first ones and the repeated. */
  requests: number
  /** Those of them that repeated another. */
  retries: number
  /** How long the oldest pending message has waited, in milliseconds; 0 if none is. */
  oldestAge: number
}

export interface FlushOptions {
  /** Milliseconds after which to resolve in any case. */
  timeout?: number | undefined
  /** Also take no more calls: `close()`. */
  close?: boolean | undefined
}

export interface CloseOptions {
  /**
   * Milliseconds after which what is still pending fails as `timeout`.
   * @default 25_000, which fits into the 30 s that Kubernetes and others give a process after SIGTERM
   */
  timeout?: number | undefined
}
