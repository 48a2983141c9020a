// The checks of a message's fields, one function per kind. Each error names the field, the type and what is allowed.

import { types } from 'node:util'
import { AnalyticsError } from './error.js'
import { describeValue } from '../runtime/describe-value.js'
import { isPlain } from './plain.js'

/** An error about one field of a call. */
export function invalidField(field: string, value: unknown, allowed: string): AnalyticsError {
  return new AnalyticsError(
    'invalid_message',
    `${field} is ${describeValue(value)}; allowed: ${allowed}`,
  )
}

/**
 * An id as it is sent: a non-empty string, or a finite number as its decimal string (Segment HTTP API discards empty
 * and non-string ids as `id_not_string`).
 */
export function toId(field: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  if (typeof value === 'number' && Number.isFinite(value)) return decimal(value)
  throw invalidField(field, value, 'a non-empty string or a finite number')
}

function decimal(value: number): string {
  // String() writes large and tiny numbers with an exponent.
  if (Number.isInteger(value)) return BigInt(value).toString()
  const text = String(value)
  const digits = text.includes('e') ? value.toFixed(20).replace(/0+$/, '') : text
  // A number without a digit in the first twenty places keeps its exponent.
  return /[1-9]/.test(digits) ? digits : text
}

/** The longest messageId: the API refuses 100 characters and more (Segment HTTP API: messageId). */
const maxMessageIdLength = 99

export function checkMessageId(value: unknown): string {
  const id = toId('messageId', value)
  if (id.length > maxMessageIdLength) {
    throw new AnalyticsError(
      'invalid_message',
      `messageId is a string of ${id.length} characters; allowed: 1 to ${maxMessageIdLength}`,
    )
  }
  return id
}

export function checkText(field: string, value: unknown): void {
  if (typeof value !== 'string' || value === '')
    throw invalidField(field, value, 'a non-empty string')
}

/**
 * Traits, properties, context, integrations: an object with named fields. What JSON would write as something else or
 * as `{}` (arrays, Maps, Dates, Errors, URLSearchParams …) is refused: its content would be lost silently. An object
 * with a toJSON (an ORM's record) is replaced by what that returns.
 */
export function toFields(field: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw invalidField(field, value, 'an object')
  if (!isPlain(value) && isBuiltIn(value))
    throw invalidField(field, value, 'an object with named fields')
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON !== 'function') return value as Record<string, unknown>
  return toFields(`${field}.toJSON()`, withoutToJson(Reflect.apply(toJSON, value, [field])))
}

/** What toJSON returns may itself have a toJSON, which JSON.stringify does not call. */
function withoutToJson(json: unknown): unknown {
  const has = typeof json === 'object' && json !== null && 'toJSON' in json
  return has ? { ...json, toJSON: undefined } : json
}

/** Whether JSON would lose what an object holds, or write it as something else than named fields. */
function isBuiltIn(value: object): boolean {
  return (
    Array.isArray(value) ||
    ArrayBuffer.isView(value) ||
    types.isBoxedPrimitive(value) ||
    types.isDate(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isNativeError(value) ||
    // URLSearchParams, Headers, Promise, RegExp …: a caller's own class has this tag, or fields that JSON writes.
    (Object.prototype.toString.call(value) !== '[object Object]' && Object.keys(value).length === 0)
  )
}
