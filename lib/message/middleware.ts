// What the owner of a client registers with `use()`: functions that see every message before it is sent.

import { describeValue, toError } from '../runtime/describe-value.js'
import { callUserCode } from '../runtime/user-code.js'
import { AnalyticsError } from '../spec/error.js'
import { checkMessage, isAbsent, type Draft } from './compose.js'
import { invalidField, toFields } from '../spec/fields.js'
import { notSerializable, type Serializer } from './serialize.js'
import { messageTypes, type Message } from '../spec/messages.js'
import type { MaybePlan } from '../spec/planned-calls.js'
import type { PlannedMessage } from '../spec/planned-message.js'

/**
 * Gets each message as it is going to be sent, complete: a copy, which it may change. Returns what is to be sent
 * instead, the same object or another, or null to drop the message. Synchronous.
 *
 * @typeParam P the type of the client's plan: `Middleware<typeof plan>`
 */
export type Middleware<P extends MaybePlan = undefined> = (
  message: PlannedMessage<P>,
) => Message | null

/** The middlewares of one client, in the order in which they run. */
export class Middlewares {
  readonly #serializer: Serializer
  /** Replaced, never changed: a middleware may register another while this list is run through. */
  #list: readonly Middleware[] = []
  #isRunning = false
  /** Whether one of them is being called. */
  get isRunning(): boolean {
    return this.#isRunning
  }

  /** How many messages they have dropped. */
  filtered = 0

  constructor(serializer: Serializer) {
    this.#serializer = serializer
  }

  /** @throws TypeError if it is no function */
  add(middleware: Middleware): void {
    if (typeof middleware !== 'function') {
      throw new TypeError(`use() was given ${describeValue(middleware)}; allowed: a function`)
    }
    this.#list = [...this.#list, middleware]
  }

  /**
   * A message's text as the middlewares leave it, or why there is none: `filtered` where one dropped it,
   * `middleware_failed` where one threw or returned neither a message nor null, `invalid_message` or `not_serializable`
   * where what they returned at last is so. Never throws.
   */
  pass(text: string): string | AnalyticsError {
    const failed = (reason: string, cause?: Error): AnalyticsError =>
      new AnalyticsError('middleware_failed', reason, {
        cause,
        messages: () => [JSON.parse(text) as Message],
      })
    // Its message would come to the same middleware, which would call again, and so on.
    if (this.#isRunning)
      return failed('a middleware of this client made the call, which it may not')
    this.#isRunning = true
    try {
      const message = JSON.parse(text) as Message
      const { messageId, timestamp } = message
      let current = message
      for (const middleware of this.#list) {
        const returned = call(middleware, current)
        if (returned instanceof Mistake) return failed(returned.reason, returned.cause)
        if (returned === null) {
          this.filtered++
          return new AnalyticsError('filtered', `${nameOf(middleware)} dropped the message`, {
            messages: () => [JSON.parse(text) as Message],
          })
        }
        current = returned
      }
      return this.#write(current, messageId, timestamp)
    } catch (error) {
      return failed('the middlewares could not be run', toError(error))
    } finally {
      this.#isRunning = false
    }
  }

  /** What they returned is checked as a call is: a service would discard what is wrong without a word. */
  #write(message: Message, messageId: string, timestamp: string): string | AnalyticsError {
    try {
      return this.#serializer.serialize(checked(message, messageId, timestamp))
    } catch (thrown) {
      const known = toError(thrown)
      const error = known instanceof AnalyticsError ? known : notSerializable(known)
      return new AnalyticsError(error.code, `what a middleware returned: ${error.message}`, {
        cause: error.cause,
        messages: [message],
      })
    }
  }
}

/** What a middleware did that none may do. */
class Mistake {
  readonly reason: string
  readonly cause: Error | undefined

  constructor(reason: string, cause?: Error) {
    this.reason = reason
    this.cause = cause
  }
}

function call(middleware: Middleware, message: Message): Message | null | Mistake {
  try {
    const returned: unknown = callUserCode(() => middleware(message))
    if (returned === null) return null
    const isObject = typeof returned === 'object' && !Array.isArray(returned)
    if (isObject && typeof (returned as { then?: unknown }).then !== 'function')
      return returned as Message
    // An asynchronous one may also reject, which must not end the process.
    if (isObject) Promise.resolve(returned).catch(() => undefined)
    const what = isObject ? 'a Promise' : describeValue(returned)
    return new Mistake(
      `${nameOf(middleware)} returned ${what}; allowed: the message, or null to drop it`,
    )
  } catch (thrown) {
    return new Mistake(`${nameOf(middleware)} threw`, toError(thrown))
  }
}

/** A function's name is its author's, and nobody's data. */
function nameOf({ name }: Middleware): string {
  return typeof name === 'string' && name !== ''
    ? `the middleware ${name.slice(0, 100)}`
    : 'a middleware'
}

/**
 * A copy of what the middlewares returned, checked. Nothing of the client's is put beneath it again: what they have
 * taken out stays out. Only a message without its messageId or timestamp gets its own back: it would be counted twice,
 * or at another time.
 */
function checked(returned: Message, messageId: string, timestamp: string): Draft {
  const type = messageTypes.find((each) => each === returned.type)
  if (type === undefined) throw invalidField('type', returned.type, messageTypes.join(', '))
  const message: Draft = { ...returned, type }
  if (typeof message.toJSON === 'function')
    throw invalidField('toJSON', message.toJSON, 'a message of plain fields')
  if (isAbsent(message.messageId)) message.messageId = messageId
  if (isAbsent(message.timestamp)) message.timestamp = timestamp
  checkMessage(type, message)
  message.context = isAbsent(message.context) ? {} : toFields('context', message.context)
  message.integrations = isAbsent(message.integrations)
    ? undefined
    : toFields('integrations', message.integrations)
  return message
}
