// One dead letter: a line of JSON that has what is needed to send the message again.

import { randomUUID } from 'node:crypto'
import type { AnalyticsError } from '../spec/error.js'
import { stringify } from '../message/serialize.js'
import type { MessageType } from '../spec/messages.js'

/**
 * `{"at":…,"code":…,"reason":…,"status":…,"message":…}`, in one line. The message is what was sent or would have been.
 * Of a call that never became a message it is what was passed, with the call's type, and with a messageId and a timestamp
 * where it has none. Where JSON cannot write it the message is null, and `readable` has those fields that it can write.
 * Never throws.
 *
 * @param type of such a call
 */
export function letterOf(
  { code, message: reason, status }: AnalyticsError,
  message: unknown,
  type: MessageType | undefined,
  at: Date,
): string {
  const head = JSON.stringify({ at: at.toISOString(), code, reason, status }).slice(0, -1)
  const text = textOf(() =>
    type !== undefined && isObject(message) ? complete(message, type, at) : message,
  )
  if (text !== undefined) return inOneLine(`${head},"message":${text}}`)
  const rest = isObject(message) ? `,"readable":${readable(message)}` : ''
  return inOneLine(`${head},"message":null${rest}}`)
}

/** Node's readline, and others, end a line at U+2028 and U+2029 too, which JSON allows in strings as they are. */
function inOneLine(json: string): string {
  return json.replace(/[\u2028\u2029]/g, (end) => (end === '\u2028' ? '\\u2028' : '\\u2029'))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function complete(call: object, type: MessageType, at: Date): object {
  const message: Record<string, unknown> = { type, ...call }
  message.type = type
  message.messageId ??= randomUUID()
  // null is what may be wrong with it.
  if (message.timestamp === undefined) message.timestamp = at.toISOString()
  return message
}

/** undefined where it cannot be written as JSON: a function, a getter that throws, a graph without end. */
function textOf(read: () => unknown): string | undefined {
  try {
    return stringify(read() as object)
  } catch {
    return undefined
  }
}

function readable(call: object): string {
  const fields: string[] = []
  try {
    for (const key of Object.keys(call)) {
      const text = textOf(() => ({ [key]: (call as Record<string, unknown>)[key] }))
      if (text !== undefined && text !== '{}') fields.push(text.slice(1, -1))
    }
  } catch {
    // A Proxy that does not tell its keys.
  }
  return `{${fields.join(',')}}`
}
