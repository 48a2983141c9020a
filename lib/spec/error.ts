// The codes with which a message can fail, and the error that carries them.

import type { Message } from './messages.js'

/** Every code with what it means; `docs/errors.md` has a section for each. */
export const errorCodes = {
  invalid_message:
    'the call itself is wrong: an id, a field or a type that the spec does not allow',
  message_too_large: 'the message is larger than maxMessageBytes',
  not_serializable: 'the message cannot be written as JSON: a getter, toJSON or Proxy of it threw',
  queue_full: 'maxQueueBytes of messages wait already',
  rejected: 'the server refused the message for good',
  retries_exhausted: 'every try that maxRetries or maxRetryDuration allow has failed',
  expired: 'the message waited in an outbox on disk for longer than maxAge',
  outbox_damaged: 'what an outbox on disk held of the message cannot be read any more',
  closed: 'the call came after close()',
  filtered: 'a middleware dropped the message, as it may',
  middleware_failed: 'a middleware threw, or returned neither a message nor null',
  timeout: 'close() reached its timeout, or the process its end, before the message was delivered',
} as const

/** On the prototype of every AnalyticsError, whichever copy of this module made it. */
const brand = Symbol.for('selfsame.AnalyticsError')

/** Why a message failed. */
export type ErrorCode = keyof typeof errorCodes

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

  static {
    Object.defineProperty(this.prototype, brand, { value: true })
  }

  /**
   * One process may load the package twice, by `import` and by `require()`, and an error of one is an
   * `instanceof AnalyticsError` of the other as well. A subclass has only its own instances.
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

  /** The cause, under the name that `@segment/analytics-node` gives it. */
  get reason(): unknown {
    return this.cause ?? this
  }
}
