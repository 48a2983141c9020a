// One order of keys for all objects that say the same.

import { isPlain } from '../spec/plain.js'

/** Far more than a message of the largest size can hold; what has more is not serialisable, and found out as that. */
const maxObjects = 20_000
/** Deeper than that the keys stay as they are: a circle must end somewhere. */
const maxDepth = 200

/**
 * The value with the keys of every plain object in order, for `JSON.stringify`. What is in order already is returned as
 * it is; nothing is written to. Objects of other kinds (a Date, what has a `toJSON`) are left to write themselves.
 */
export function inOrder<Value>(value: Value): Value {
  return ordered(value, { objects: maxObjects, depth: maxDepth }) as Value
}

interface Budget {
  objects: number
  depth: number
}

function ordered(value: unknown, budget: Budget): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (budget.objects === 0 || budget.depth === 0) return value
  budget.objects--
  budget.depth--
  const result = Array.isArray(value) ? orderedItems(value, budget) : orderedFields(value, budget)
  budget.depth++
  return result
}

function orderedFields(value: object, budget: Budget): object {
  if (!isPlain(value) || typeof value.toJSON === 'function') return value
  const keys = Object.keys(value)
  let result: Record<string, unknown> | undefined
  if (!areInOrder(keys)) {
    keys.sort()
    result = {}
    for (const key of keys) put(result, key, value[key])
  }
  for (const key of keys) {
    const before = value[key]
    if (typeof before !== 'object' || before === null) continue
    const after = ordered(before, budget)
    if (after === before) continue
    result ??= { ...value }
    put(result, key, after)
  }
  return result ?? value
}

function orderedItems(items: unknown[], budget: Budget): unknown[] {
  let result: unknown[] | undefined
  for (const [index, item] of items.entries()) {
    const after = ordered(item, budget)
    if (after === item) continue
    result ??= [...items]
    result[index] = after
  }
  return result ?? items
}

function areInOrder(keys: readonly string[]): boolean {
  for (let index = 1; index < keys.length; index++) {
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return false
  }
  return true
}

/** Assigning to `__proto__` would set the prototype; here it is data like any other key. */
function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    })
  } else {
    target[key] = value
  }
}
