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
 * How many values the safe way visits before it gives up. What has circles is often a whole object graph (a request, an
 * ORM's record) of which every path would be written out: that can take minutes and gigabytes.
 */
const maxValues = 100_000

/** Writes messages as JSON text, for one client. */
export class Serializer {
  readonly #ids = new MessageIds()
  readonly #clock = new Clock()
  readonly #context: string

  /** @param context what messages get whose call has none; its text is made once */
  constructor(context: object) {
    this.#context = `,"context":${JSON.stringify(context)}}`
  }

  /**
   * The message as JSON text, with the messageId, timestamp and context that the caller has not given. Those are ours:
   * texts that need no escaping, so they are put after the JSON of the rest, which is cheaper than escaping them.
   *
   * Where `JSON.stringify` throws (a BigInt, a circle), a BigInt becomes its decimal string and a circle "[Circular]",
   * and the message is delivered.
   *
   * @throws AnalyticsError `not_serializable` if a user's getter, toJSON or Proxy throws, or where an object
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

/** As `JSON.stringify`, but for circles and BigInts; see `serialize` for both, and for what is thrown. */
export function stringify(message: object): string {
  try {
    return JSON.stringify(message)
  } catch {
    // What it choked on is found out by the safe way, which either writes it or reports why not.
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

/** The error of a message of which some part throws when it is read. */
export function notSerializable(cause: unknown): AnalyticsError {
  return new AnalyticsError(
    'not_serializable',
    'the message cannot be read: a getter, toJSON or Proxy of it threw, it is nested too deeply, or it has circles and more than 100,000 values',
    { cause },
  )
}
