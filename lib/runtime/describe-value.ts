// How errors describe a value: by its kind, never by its content, which may be personal data.

import { types } from 'node:util'
import { isError } from './value-kinds.js'

/** `null`, `an empty string`, `NaN`, `an array`, `a Map`, `a string` … */
export function describeValue(value: unknown): string {
  if (value === null) return 'null'
  if (value === '') return 'an empty string'
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : String(value)
  if (typeof value !== 'object') return value === undefined ? 'undefined' : `a ${typeof value}`
  if (types.isProxy(value)) return 'a Proxy'
  if (Array.isArray(value)) return 'an array'
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'an invalid Date' : 'a Date'
  if (types.isMap(value)) return 'a Map'
  if (types.isSet(value)) return 'a Set'
  if (types.isPromise(value)) return 'a Promise'
  if (types.isRegExp(value)) return 'a RegExp'
  if (types.isBoxedPrimitive(value)) return 'a boxed primitive'
  if (isError(value)) return 'an Error'
  if (ArrayBuffer.isView(value)) return 'binary data'
  return 'an object'
}

/** Anything that was thrown, as text, even if it cannot be read. */
export function errorText(thrown: unknown): string {
  try {
    if (isError(thrown)) return thrown.stack ?? thrown.message
    return typeof thrown === 'string' ? thrown : describeValue(thrown)
  } catch {
    return 'something that cannot be read'
  }
}

/** Anything that was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  if (isError(thrown)) return thrown
  return new Error(errorText(thrown))
}

/** The code of a system error, else its message. Never a path. */
export function errorCode(error: unknown): string {
  const { code, message } = toError(error) as NodeJS.ErrnoException
  return code ?? message
}
