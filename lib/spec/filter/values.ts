// Finds what a filter looks at in a message.
import type { Key } from './syntax.js'

/** More values than a message of the API can have: a stop for objects that hold themselves. */
const MOST_VALUES = 100_000

/** The values in those fields. Arrays stand for each of their elements. */
export function* valuesAt(message: unknown, places: readonly Key[]): Generator {
  for (const place of places) {
    for (const value of valuesIn(message, place)) {
      if (Array.isArray(value)) yield* value as unknown[]
      else yield value
    }
  }
}

function valuesIn(message: unknown, place: Key): unknown[] {
  // Most ways have no array on them: one value to follow.
  let value = message
  for (const [depth, name] of place.entries()) {
    if (typeof value !== 'object' || value === null) return []
    if (Array.isArray(value)) return spread([value], place.slice(depth))
    if (!Object.hasOwn(value, name)) return []
    value = (value as Record<string, unknown>)[name]
  }
  return [value]
}

function spread(values: unknown[], place: Key): unknown[] {
  return place.reduce((found, name) => found.flatMap((value) => childrenNamed(value, name)), values)
}

function childrenNamed(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  const own = Object.hasOwn(value, name) ? [(value as Record<string, unknown>)[name]] : []
  if (!Array.isArray(value)) return own
  return [
    ...own,
    ...value.flatMap((each) => (Array.isArray(each) ? [] : childrenNamed(each, name))),
  ]
}

/** A value as text; undefined if it is an object or nothing. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  const isPlain = typeof value === 'number' || typeof value === 'boolean' || value === null
  return isPlain ? String(value) : undefined
}

const TEXT_FIELDS = [
  'messageId',
  'userId',
  'anonymousId',
  'groupId',
  'previousId',
  'event',
  'name',
  'category',
  'traits',
  'properties',
  'context',
]

/** Every text and number that a bare word is looked for in. */
export function* textsOf(message: unknown): Generator<string, void, undefined> {
  const isObject = typeof message === 'object' && message !== null && !Array.isArray(message)
  // A list of what is left to look at, because what is nested deeply would overflow the stack.
  const left: unknown[] = isObject
    ? TEXT_FIELDS.map((name) => (message as Record<string, unknown>)[name])
    : [message]
  for (let seen = 0; left.length > 0 && seen < MOST_VALUES; seen += 1) {
    const value = left.pop()
    if (typeof value === 'object' && value !== null) {
      for (const each of Object.values(value)) left.push(each)
    } else if (typeof value === 'string') yield value
    else if (typeof value === 'number') yield String(value)
  }
}
