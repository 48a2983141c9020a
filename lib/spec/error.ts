// The error that carries the messages that failed.

import type { ErrorCode } from '../runtime/error-codes.js'
import type { Message } from './messages.js'

/**
 * What `analytics.on('error')` listeners and callbacks get: one failure, with every message it concerns.
 *
 * Neither the text nor what `console.log` prints of it contains a write key or a trait: `messages` is there
 * to be read, and is not enumerable.
 */
export class AnalyticsError extends Error {
  override readonly name = 'AnalyticsError'
  /** Why the messages failed. */
  readonly code: ErrorCode
  /** The HTTP status of the answer, where a server's answer was the reason. */
  declare readonly status?: number
  #messages: readonly Message[] | (() => readonly Message[])

  constructor(
    code: ErrorCode,
    reason: string,
    options: {
      messages?: readonly Message[] | (() => readonly Message[])
      status?: number | undefined
      cause?: unknown
    } = {},
  ) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    if (options.status !== undefined) this.status = options.status
    this.#messages = options.messages ?? []
  }

  /**
   * The messages that failed, in the order of their calls: as they were sent or would have been, and for
   * `invalid_message` and `not_serializable` what the caller passed, or a middleware returned.
   */
  get messages(): readonly Message[] {
    // Parsed on demand: most listeners only log the code, and a batch may hold 2,500 messages.
    if (typeof this.#messages === 'function') this.#messages = this.#messages()
    return this.#messages
  }

  /** The cause, under the name that `@segment/analytics-node` gives it. */
  get reason(): unknown {
    return this.cause ?? this
  }
}
