// The format of a dead letter: one line of JSON with what is needed to send a failed message again. Writes and reads it.

import { randomUUID } from 'node:crypto'
import { parse, stringify as stringifyLossless } from 'lossless-json'
import { describeValue, toError } from '../../runtime/describe-value.js'
import type { AnalyticsError } from '../../spec/error.js'
import { Composer } from '../../message/compose.js'
import { stringify } from '../../message/serialize.js'
import { messageTypes, type MessageType } from '../../spec/messages.js'

/** Why a message failed. */
interface Cause {
  readonly code: string
  readonly reason: string
  /** The HTTP status, if the server answered. */
  readonly status?: number | undefined
}

/** A failed message, as read from a line of the file. */
export interface DeadLetter {
  readonly code: string
  readonly type: MessageType
  /** The message as JSON, byte for byte as in the file. */
  readonly message: string
  /** ISO-8601, UTC. */
  readonly timestamp: string | undefined
}

/**
 * The line of a failed message: `{"at":…,"code":…,"reason":…,"status":…,"message":…}`. The message is what was sent or
 * would have been. If the call never became a message, it is what was passed to the call, with the call's type, and with
 * a messageId and a timestamp if it had none. If JSON cannot write it, the message is null, and `readable` has the fields
 * that can be written. Never throws.
 *
 * @param type of a call that never became a message
 */
export function writeDeadLetter(
  { code, message: reason, status }: AnalyticsError,
  message: unknown,
  type: MessageType | undefined,
  at: Date,
): string {
  const cause = { code, reason, status }
  const text = textOf(() =>
    type !== undefined && isObject(message) ? complete(message, type, at) : message,
  )
  if (text !== undefined) return lineOf(cause, `"message":${text}`, at)
  const rest = isObject(message) ? `,"readable":${readable(message)}` : ''
  return lineOf(cause, `"message":null${rest}`, at)
}

/** The line of a message that failed again. Its text is unchanged. */
export function rewriteDeadLetter(cause: Cause, { message }: DeadLetter): string {
  return lineOf(cause, `"message":${message}`, new Date())
}

/** The line of a dead letter that could not be read. Once `text` has been corrected, the line can be sent. */
export function writeUnreadable(reason: string, line: unknown, text: string | undefined): string {
  const rest = JSON.stringify({ line, text }).slice(1, -1)
  return lineOf({ code: 'unreadable', reason }, rest, new Date())
}

/**
 * Reads one line. A line that was unreadable before is read from its `text`.
 *
 * @returns the dead letter, or why it cannot be sent: which field is wrong, and never a value
 */
export function readDeadLetter(text: string): DeadLetter | { broken: string } {
  let letter: unknown
  try {
    letter = JSON.parse(text)
  } catch {
    // The error of JSON.parse quotes the text.
    return { broken: 'the line is not valid JSON' }
  }
  if (!isObject(letter))
    return { broken: `the line is ${describeValue(letter)}; allowed: an object` }
  if (letter.message === undefined && typeof letter.text === 'string')
    return readDeadLetter(letter.text)
  const { message, code } = letter
  if (!isObject(message)) {
    const given = message === undefined ? 'missing' : describeValue(message)
    return { broken: `message is ${given}; allowed: the message that failed, an object` }
  }
  const checked = check(message)
  if ('broken' in checked) return checked
  return {
    ...checked,
    code: typeof code === 'string' ? code : 'unknown',
    message: exactText(text, message),
  }
}

/** Node's readline, and others, end a line at U+2028 and U+2029 too, which JSON allows in strings as they are. */
function lineOf(cause: Cause, rest: string, at: Date): string {
  const head = JSON.stringify({ at: at.toISOString(), ...cause }).slice(0, -1)
  return `${head},${rest}}`.replace(/[\u2028\u2029]/g, (end) =>
    end === '\u2028' ? '\\u2028' : '\\u2029',
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function complete(call: object, type: MessageType, at: Date): object {
  const message: Record<string, unknown> = { type, ...call }
  message.type = type
  message.messageId ??= randomUUID()
  // A null may be what is wrong with it.
  if (message.timestamp === undefined) message.timestamp = at.toISOString()
  return message
}

/** Undefined if JSON cannot write it: a function, a getter that throws, an endless graph. */
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
    // A Proxy that does not reveal its keys.
  }
  return `{${fields.join(',')}}`
}

/**
 * What this library wrote comes out of `JSON.stringify` unchanged. What a person or another tool has edited (white space,
 * a number of 20 digits) is written in a way that keeps every digit.
 */
function exactText(line: string, message: object): string {
  const text = JSON.stringify(message)
  if (line.includes(text)) return text
  return stringifyLossless((parse(line) as { message: unknown }).message) ?? text
}

function check(
  message: Record<string, unknown>,
): { type: MessageType; timestamp: string | undefined } | { broken: string } {
  const { messageId, userId, anonymousId } = message
  const type = messageTypes.find((each) => each === message.type)
  if (type === undefined)
    return { broken: `type is ${describeValue(message.type)}; allowed: ${messageTypes.join(', ')}` }
  const isId = (value: unknown): boolean => typeof value === 'string' && value !== ''
  if (!isId(userId) && !isId(anonymousId))
    return { broken: 'userId and anonymousId are both missing; add one' }
  if (!isId(messageId) || String(messageId).length > 99)
    return {
      broken:
        'messageId is missing, or has more than 99 characters; without one the service could not tell a second sending from the first',
    }
  try {
    // Only checked: the text is sent as it is.
    const { timestamp } = new Composer({}).compose(type, message)
    return { type, timestamp: timestamp as string | undefined }
  } catch (error) {
    return { broken: toError(error).message }
  }
}
