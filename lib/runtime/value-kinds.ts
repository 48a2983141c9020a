// What kind a value is, even if it comes from another realm (a vm context, Jest) or its global was replaced. There
// `instanceof` of a built-in says no.

import { types } from 'node:util'

/** Whether it can be awaited: a promise of any library or realm. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isObject = typeof value === 'object' && value !== null
  if (!isObject && typeof value !== 'function') return false
  return typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
}

/** Whether it is an Error, or a DOMException, which is not one in every realm. */
export function isError(value: unknown): value is Error {
  try {
    if (types.isNativeError(value) || value instanceof Error) return true
    return Object.prototype.toString.call(value) === '[object DOMException]'
  } catch {
    // A Proxy whose prototype cannot be read is no Error.
    return false
  }
}
