// The error that carries the messages that failed.

import type { ErrorCode } from '../runtime/error-codes.js'
import type { Message } from './messages.js'

/** On the prototype of every AnalyticsError, whichever copy of this module made it. */
const brand = Symbol.for('selfsame.AnalyticsError')

/**
 * What `analytics.on('error')` listeners and callbacks get: one failure, with every message that it affects.
 *
 * Neither its text nor its `console.log` output contains a write key or a trait: `messages` can be read, but is not
 * enumerable.
 */
export class AnalyticsError extends Error {
  override readonly name = 'AnalyticsError'
  /** Why the messages failed. */
  readonly code: ErrorCode
  /** The HTTP status of the answer, if a server's answer was the reason. */
  declare readonly status?: number
  #messages: readonly Message[] | (() => readonly Message[])

  static {
    Object.defineProperty(this.prototype, brand, { value: true })
  }

  /**
   * One process may load the package twice, by `import` and by `require()`. An error of either is an
   * `instanceof AnalyticsError` for both. A subclass recognises only its own instances.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== AnalyticsError) return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && brand in value
  }

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

  /** The cause, under the name it has in `@segment/analytics-node`. */
  get reason(): unknown {
    return this.cause ?? this
  }
}
