// Reports of calls that fail before their message is in the outbox.

import type { FailedCall, Callback } from '../failures/error-reporter.js'
import type { ErrorCode } from '../runtime/error-codes.js'
import type { AnalyticsError } from '../spec/error.js'
import { invalidField } from '../spec/fields.js'
import type { Message, MessageType } from '../spec/messages.js'

/** The memory that an invalid call is assumed to hold until it is reported, in bytes: that of the largest valid one. */
const callSize = 32 * 1024

/** @throws AnalyticsError `invalid_message` */
export function checkCallback(callback: unknown): void {
  if (callback === undefined || callback === null || typeof callback === 'function') return
  throw invalidField('callback', callback, 'a function')
}

/** A message that the outbox did not accept. */
export function failedCall(
  code: ErrorCode,
  reason: string,
  text: string,
  callback: Callback | undefined,
): FailedCall {
  return { code, reason, message: () => JSON.parse(text) as Message, size: text.length, callback }
}

/** A call that never became a message. */
export function refusedCall(
  { code, message: reason, cause }: AnalyticsError,
  type: MessageType,
  call: unknown,
  callback: Callback | undefined,
): FailedCall {
  const message = (): Message => call as Message
  return { code, reason, message, size: callSize, callback, cause, type }
}

/** A message that a middleware broke. */
export function brokenCall(
  error: AnalyticsError,
  text: string,
  callback: Callback | undefined,
): FailedCall {
  const { code, message: reason, cause } = error
  const message = (): Message => error.messages[0] ?? (JSON.parse(text) as Message)
  return { code, reason, message, size: text.length, callback, cause }
}

export function tooLarge(text: string, maxMessageBytes: number): string {
  return `the message has ${Buffer.byteLength(text)} bytes; allowed: ${maxMessageBytes}`
}
