// Defaults for what a call does not give: the context and integrations of a client, a binding or a batch.

import mergeWith from 'lodash-es/mergeWith.js'
import { isPlain } from './plain.js'

type Fields = Record<string, unknown>

/**
 * Merges the call's fields over the defaults, deep. If both have an object, the two are merged; any other value of the
 * call replaces the default, arrays as a whole. An undefined field leaves the default. Neither argument is written to,
 * and later changes to the result do not reach the defaults.
 */
export function withDefaults(defaults: Fields, own: Fields): Fields {
  // Copied first: lodash would merge into the objects of the defaults. The spread leaves out inherited fields, which
  // JSON does not write either.
  const copy = mergeWith<Fields, Fields>({}, defaults, keepProtoKey)
  const result = mergeWith<Fields, Fields>(copy, { ...own }, replaceUnlessBothPlain)
  mergeProtoKey(defaults, own, result)
  return result
}

/** For lodash, undefined means to merge as usual. */
function replaceUnlessBothPlain(beneath: unknown, above: unknown): unknown {
  if (!isPlainObject(beneath) || !isPlainObject(above)) return above
  const hasProtoKey = Object.hasOwn(beneath, protoKey) || Object.hasOwn(above, protoKey)
  return hasProtoKey ? withDefaults(beneath, above) : undefined
}

function keepProtoKey(_: unknown, value: unknown): unknown {
  return isPlainObject(value) && Object.hasOwn(value, protoKey)
    ? withDefaults(value, {})
    : undefined
}

function isPlainObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && isPlain(value)
}

// JSON may have this key as data like any other. lodash drops it if its value is an object, because assigning to it
// would set the prototype.
const protoKey = '__proto__'

function mergeProtoKey(defaults: Fields, own: Fields, result: Fields): void {
  const isBeneath = Object.hasOwn(defaults, protoKey)
  if (!isBeneath && !Object.hasOwn(own, protoKey)) return
  const beneath = isBeneath ? defaults[protoKey] : undefined
  const above = Object.hasOwn(own, protoKey) ? own[protoKey] : beneath
  const value =
    isPlainObject(beneath) && isPlainObject(above) ? withDefaults(beneath, above) : above
  Object.defineProperty(result, protoKey, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  })
}
