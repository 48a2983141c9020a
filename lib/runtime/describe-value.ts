// How errors name a value that they were given: by its kind, never by its content, which may be somebody's data.

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

/** What somebody's code threw, as text. It may be anything, also what cannot be read or written as text. */
export function errorText(thrown: unknown): string {
  try {
    if (isError(thrown)) return thrown.stack ?? thrown.message
    return typeof thrown === 'string' ? thrown : describeValue(thrown)
  } catch {
    return 'something that cannot be read'
  }
}

/** What somebody's code threw, as an Error. */
export function toError(thrown: unknown): Error {
  if (isError(thrown)) return thrown
  return new Error(errorText(thrown))
}

/** What an error of the system's was, in a word; never a path. */
export function errorCode(error: unknown): string {
  const { code, message } = toError(error) as NodeJS.ErrnoException
  return code ?? message
}
