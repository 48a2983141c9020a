// A line of a file of dead letters: a message that failed, as it was sent.

import { parse, stringify } from 'lossless-json'
import { describeValue, toError } from '../../runtime/describe-value.js'
import { errorCodes } from '../../runtime/error-codes.js'
import { Composer } from '../../message/compose.js'
import { messageTypes } from '../../spec/messages.js'

const composer = new Composer({})

export interface Letter {
  readonly line: number
  /** Why it failed. */
  readonly code: string
  readonly type: string
  /** The message as JSON, to the byte as it is in the file. */
  readonly message: string
}

/** A line that cannot be sent. */
export interface BrokenLine {
  readonly line: number
  readonly reason: string
  readonly text: string | undefined
}

/** Reads one line. What was written of a broken line by an earlier resend is read as that line. */
export function letterOf(text: string, line: number): Letter | BrokenLine {
  const broken = (reason: string): BrokenLine => ({ line, reason, text })
  let letter: unknown
  try {
    letter = JSON.parse(text)
  } catch {
    // The error of JSON.parse quotes the text.
    return broken('the line is not valid JSON')
  }
  if (!isObject(letter)) return broken(`the line is ${describeValue(letter)}; allowed: an object`)
  if (letter.message === undefined && typeof letter.text === 'string')
    return letterOf(letter.text, line)
  const { message, code } = letter
  if (!isObject(message)) {
    const given = message === undefined ? 'missing' : describeValue(message)
    return broken(`message is ${given}; allowed: the message that failed, an object`)
  }
  const fault = faultOf(message)
  if (fault !== undefined) return broken(fault)
  return {
    line,
    code: typeof code === 'string' ? code : 'unknown',
    type: String(message.type),
    message: exactly(text, message),
  }
}

/**
 * The message's own text. What the library has written comes out of `JSON.stringify` as it went in; what a person or
 * another tool has changed (white space, a number of 20 digits) is written by a way that keeps every digit.
 */
function exactly(line: string, message: object): string {
  const text = JSON.stringify(message)
  if (line.includes(text)) return text
  const { message: exact } = parse(line) as { message: unknown }
  return stringify(exact) ?? text
}

/** Why the API would not take it; the texts name fields and kinds of values, never values. */
function faultOf(message: Record<string, unknown>): string | undefined {
  const { type, messageId, userId, anonymousId } = message
  const known = messageTypes.find((each) => each === type)
  if (known === undefined)
    return `type is ${describeValue(type)}; allowed: ${messageTypes.join(', ')}`
  const isId = (value: unknown): boolean => typeof value === 'string' && value !== ''
  if (!isId(userId) && !isId(anonymousId))
    return 'userId and anonymousId are both missing; put one in'
  if (!isId(messageId) || String(messageId).length > 99)
    return 'messageId is missing, or has more than 99 characters; without one nobody would know a second sending from the first'
  try {
    // Only looked at: what is sent is the text as it is.
    composer.compose(known, message)
    return undefined
  } catch (error) {
    return toError(error).message
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a message can have failed with this code. */
export function isKnownCode(code: string): boolean {
  return Object.hasOwn(errorCodes, code) || code === 'unknown'
}
