// What a change of a JSON Schema does to messages that it allowed.

import { isDeepStrictEqual } from 'node:util'
import { isJson, propertiesOf, requiredOf, typesOf, type Json } from '../document/document.js'
import type { Change } from './change.js'

/** Compared one by one, below. */
const compared = new Set([
  'type',
  'enum',
  'const',
  'properties',
  'required',
  'additionalProperties',
  'items',
])
/** They say nothing that is checked. */
const silent = new Set([
  '$schema',
  '$id',
  '$comment',
  'title',
  'description',
  'default',
  'examples',
])
const least = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'])
const most = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'])
const single = new Set([...least, ...most, 'format', 'pattern', 'multipleOf', 'uniqueItems'])

export function compareSchemas(a: Json, b: Json, place: string): Change[] {
  if (isDeepStrictEqual(a, b)) return []
  return [
    ...typeChanges(a, b, place),
    ...valueChanges(a, b, place),
    ...objectChanges(a, b, place),
    ...itemChanges(a, b, place),
    ...otherChanges(a, b, place),
  ]
}

function typeChanges(a: Json, b: Json, place: string): Change[] {
  const [before, after] = [typesOf(a), typesOf(b)]
  if (isDeepStrictEqual(new Set(before), new Set(after))) return []
  const what = `was ${before?.join(' or ') ?? 'anything'}, is ${after?.join(' or ') ?? 'anything'}`
  const allows = (type: string): boolean =>
    after === undefined || after.includes(type) || (type === 'integer' && after.includes('number'))
  // What was a list of values had their types.
  const were = before ?? (Array.isArray(a.enum) ? a.enum.map(typeOf) : undefined)
  return [{ place, what, breaks: after !== undefined && were?.every(allows) !== true }]
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function valueChanges(a: Json, b: Json, place: string): Change[] {
  const [before, after] = [valuesOf(a), valuesOf(b)]
  if (before === undefined && after === undefined) return []
  if (after === undefined) return [{ place, what: 'any value is allowed now', breaks: false }]
  const text = (values: readonly unknown[]) => values.map((each) => JSON.stringify(each)).join(', ')
  if (before === undefined) {
    return [{ place, what: `only these are allowed now: ${text(after)}`, breaks: true }]
  }
  const missingIn = (values: readonly unknown[], all: readonly unknown[]) =>
    all.filter((each) => !values.some((value) => isDeepStrictEqual(value, each)))
  const [gone, added] = [missingIn(after, before), missingIn(before, after)]
  return [
    ...(gone.length > 0 ? [{ place, what: `no longer allows ${text(gone)}`, breaks: true }] : []),
    ...(added.length > 0 ? [{ place, what: `also allows ${text(added)}`, breaks: false }] : []),
  ]
}

function valuesOf(schema: Json): readonly unknown[] | undefined {
  if (Array.isArray(schema.enum)) return schema.enum as unknown[]
  return 'const' in schema ? [schema.const] : undefined
}

function objectChanges(a: Json, b: Json, place: string): Change[] {
  const [before, after] = [propertiesOf(a), propertiesOf(b)]
  const [needed, needs] = [requiredOf(a), requiredOf(b)]
  const changes: Change[] = []
  const isClosed = ({ additionalProperties }: Json) => additionalProperties === false
  if (isClosed(a) !== isClosed(b)) {
    const what = isClosed(b)
      ? 'no other properties are allowed now'
      : 'other properties are allowed now'
    changes.push({ place, what, breaks: isClosed(b) })
  } else if (!isDeepStrictEqual(open(a), open(b))) {
    changes.push({ place, what: 'what other properties may be has changed', breaks: null })
  }
  for (const name of new Set([
    ...Object.keys(before),
    ...Object.keys(after),
    ...needed,
    ...needs,
  ])) {
    const inner = `${place}.${name}`
    const isNeeded = needs.includes(name) && !needed.includes(name)
    if (!Object.hasOwn(before, name) && Object.hasOwn(after, name)) {
      changes.push({ place: inner, what: isNeeded ? 'new, and required' : 'new', breaks: isNeeded })
      continue
    }
    if (isNeeded) changes.push({ place: inner, what: 'is required now', breaks: true })
    else if (needed.includes(name) && !needs.includes(name)) {
      changes.push({ place: inner, what: 'may be left out now', breaks: false })
    }
    const [old, now] = [before[name], after[name]]
    if (old && now) changes.push(...compareSchemas(old, now, inner))
    else if (old) changes.push({ place: inner, what: 'is gone', breaks: isClosed(b) })
  }
  return changes
}

/** What other properties may be: true and left out are the same. */
function open({ additionalProperties = true }: Json): unknown {
  return additionalProperties
}

function itemChanges(a: Json, b: Json, place: string): Change[] {
  if (isDeepStrictEqual(a.items, b.items)) return []
  const [before, after] = [a.items ?? {}, b.items ?? {}]
  if (isJson(before) && isJson(after)) return compareSchemas(before, after, `${place}.*`)
  return [{ place, what: 'what its items may be has changed', breaks: null }]
}

function otherChanges(a: Json, b: Json, place: string): Change[] {
  const keywords = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keywords].flatMap((keyword): Change[] => {
    if (compared.has(keyword) || silent.has(keyword)) return []
    const [before, after] = [a[keyword], b[keyword]]
    if (isDeepStrictEqual(before, after)) return []
    if (!single.has(keyword)) {
      return [{ place, what: `${keyword} has changed`, breaks: after === undefined ? false : null }]
    }
    const what = `${keyword} was ${shown(before)}, is ${shown(after)}`
    return [{ place, what, breaks: isStricter(keyword, before, after) }]
  })
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}

function isStricter(keyword: string, before: unknown, after: unknown): boolean {
  if (after === undefined) return false
  if (typeof before !== 'number' || typeof after !== 'number') return true
  if (least.has(keyword)) return after > before
  if (most.has(keyword)) return after < before
  return true
}
