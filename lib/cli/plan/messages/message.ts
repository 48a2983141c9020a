// A message as it was read, and what could not be read.

import { messageTypes, type MessageType } from '../../../spec/messages.js'
import { isJson, type Json } from '../document/document.js'

/** What a plan is about of a message. */
export interface ReadMessage {
  readonly type: MessageType
  readonly event?: unknown
  readonly name?: unknown
  readonly category?: unknown
  readonly properties: unknown
  readonly traits: unknown
  readonly messageId?: unknown
}

export interface Read {
  /** Where it stands, for people: `events.ndjson:12`. */
  readonly at: string
  /** Undefined if it is no message. */
  readonly message?: ReadMessage | undefined
  /** Why it is none: never a value. */
  readonly broken?: string | undefined
}

/** A message, a dead letter with one, or a request's body with several. */
export function* messagesIn(row: Json, at: string): Generator<Read> {
  if (Array.isArray(row.batch)) {
    for (const each of row.batch) yield* messagesIn(isJson(each) ? each : {}, at)
  } else if (row.type === undefined && isJson(row.message)) yield* messagesIn(row.message, at)
  else {
    const type = messageTypes.find((each) => each === row.type)
    yield type === undefined
      ? { at, broken: `it has no type that is one of ${messageTypes.join(', ')}` }
      : { at, message: completed(row, type) }
  }
}

/** As a client completes it: what is left out of a call is an empty object. */
function completed(row: Json, type: MessageType): ReadMessage {
  const { event, name, category, properties, traits, messageId } = row
  return {
    ...{ type, event, name, category, messageId },
    properties: properties ?? {},
    traits: traits ?? {},
  }
}
