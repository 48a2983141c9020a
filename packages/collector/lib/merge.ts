// Puts a batch's own context and integrations beneath those of its messages.
import { isObject, type JsonObject } from './message.js'

/**
 * A new object with the fields of both, objects merged in depth; where both have a field, `over` wins. Shares nothing
 * with `base`, which all messages of a batch have in common.
 */
export function mergeOver(base: JsonObject, over: JsonObject): JsonObject {
  const result: JsonObject = {}
  for (const key of Object.keys(base)) {
    if (!Object.hasOwn(over, key)) put(result, key, copy(base[key]))
    else put(result, key, mergeValue(base[key], over[key]))
  }
  for (const key of Object.keys(over)) {
    if (!Object.hasOwn(base, key)) put(result, key, over[key])
  }
  return result
}

function mergeValue(base: unknown, over: unknown): unknown {
  return isObject(base) && isObject(over) ? mergeOver(base, over) : over
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy)
  return isObject(value) ? mergeOver(value, {}) : value
}

/** Assigning to `__proto__` would set the prototype; here it is data like any other key. */
function put(target: JsonObject, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value
  else
    Object.defineProperty(target, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    })
}
