// What a value is, also if it comes from another realm (a vm context, Jest) or if its global was replaced: `instanceof` of
// a built-in would say no.

import { types } from 'node:util'

/** Whether it can be awaited: a promise of any library's, or of any realm's. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isObject = typeof value === 'object' && value !== null
  if (!isObject && typeof value !== 'function') return false
  return typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
}

/** An Error, also one whose class does not extend the native one's instances, such as a DOMException. */
export function isError(value: unknown): value is Error {
  try {
    if (types.isNativeError(value) || value instanceof Error) return true
    return Object.prototype.toString.call(value) === '[object DOMException]'
  } catch {
    // A Proxy whose prototype cannot be read is no Error.
    return false
  }
}
