// A message becomes JSON text, once.

import { configure } from 'safe-stable-stringify'
import { AnalyticsError } from '../spec/error.js'
import type { Draft } from './compose.js'
import { MessageIds } from './message-ids.js'
import { Clock } from '../spec/timestamp.js'

// Keys keep their order, a circle becomes "[Circular]", and a BigInt its decimal text, which keeps every digit.
const stringifySafely = configure({
  deterministic: false,
  circularValue: '[Circular]',
  bigint: 'string',
})

/**
 * How many values the safe way visits before it gives up. An object with circles is often part of a large graph (a
 * request, an ORM's record). Writing out every path of it can take minutes and gigabytes.
 */
const maxValues = 100_000

/** Writes messages as JSON text, for one client. */
export class Serializer {
  readonly #ids = new MessageIds()
  readonly #clock = new Clock()
  readonly #context: string

  /** @param context for messages whose call has none; serialised once */
  constructor(context: object) {
    this.#context = `,"context":${JSON.stringify(context)}}`
  }

  /**
   * The message as JSON text. A messageId, timestamp and context that the caller has not given are added at the end:
   * they need no escaping, so appending them is cheaper than serialising them.
   *
   * If `JSON.stringify` throws (a BigInt, a circle), a BigInt becomes its decimal string and a circle "[Circular]", and
   * the message is delivered.
   *
   * @throws AnalyticsError `not_serializable` if a user's getter, toJSON or Proxy throws, or if an object
   * with circles has more than 100,000 values.
   */
  serialize(message: Draft): string {
    let own = ''
    if (message.messageId === undefined) own += `,"messageId":"${this.#ids.next()}"`
    if (message.timestamp === undefined) own += `,"timestamp":"${this.#clock.now()}"`
    own += message.context === undefined ? this.#context : '}'
    return stringify(message).slice(0, -1) + own
  }
}

/** As `JSON.stringify`, but handles circles and BigInts, and throws, as described at `serialize`. */
export function stringify(message: object): string {
  try {
    return JSON.stringify(message)
  } catch {
    // The safe way either writes it or reports why it cannot.
    return serializeSafely(message)
  }
}

function serializeSafely(message: object): string {
  let values = 0
  try {
    return stringifySafely(message, (_key, value) => {
      if (++values > maxValues) throw new RangeError(`more than ${maxValues} values`)
      return value as object
    })
  } catch (cause) {
    throw notSerializable(cause)
  }
}

/** The error for a message that throws when it is read. */
export function notSerializable(cause: unknown): AnalyticsError {
  return new AnalyticsError(
    'not_serializable',
    'the message cannot be read: a getter, toJSON or Proxy of it threw, it is nested too deeply, or it has circles and more than 100,000 values',
    { cause },
  )
}
