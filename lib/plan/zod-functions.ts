// zod's schemas do not say whether they are asynchronous, but they hold the functions that would make them so.

import { types } from 'node:util'
import { isPlain } from '../spec/plain.js'

/** How many parts of a schema are looked at: large ones are generated, and a client is to be made at once. */
const most = 1_000

/** Whether a schema of zod 4 holds a refinement, a check or a transformation that is an async function. */
export function hasAsyncFunction(schema: unknown): boolean {
  const seen = new Set<unknown>()
  const waiting: unknown[] = [schema]
  while (waiting.length > 0 && seen.size < most) {
    const part = waiting.pop()
    const def = (part as { _zod?: { def?: unknown } } | undefined)?._zod?.def
    if (typeof def !== 'object' || def === null || seen.has(part)) continue
    seen.add(part)
    for (const value of Object.values(def as Record<string, unknown>)) {
      if (typeof value === 'function') {
        if (types.isAsyncFunction(value)) return true
      } else if (Array.isArray(value)) waiting.push(...(value as unknown[]))
      else if (isObject(value)) {
        // A schema within, or those of an object by their keys.
        if ('_zod' in value) waiting.push(value)
        else if (isPlain(value)) waiting.push(...Object.values(value))
      }
    }
  }
  return false
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
