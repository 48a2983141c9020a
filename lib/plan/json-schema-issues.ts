// What a validator of JSON Schema finds wrong, as issues of a Standard Schema: each at its place, in words of ours.

import type { OutputUnit } from '@cfworker/json-schema'
import type { SchemaIssue } from './standard-schema.js'

/** They only say that something within is wrong, which has an error of its own. */
const wrappers: ReadonlySet<string> = new Set([
  '$ref',
  '$recursiveRef',
  'allOf',
  'if',
  'items',
  'additionalItems',
  'prefixItems',
  'unevaluatedItems',
  'properties',
  'patternProperties',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'dependentSchemas',
])

/** Each has an error for every alternative, which would drown the one that matters. */
const alternatives: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'not', 'contains'])

/** @param value what was checked: JSON */
export function issuesOf(errors: readonly OutputUnit[], value: unknown): SchemaIssue[] {
  const chosen = errors.filter(({ keywordLocation }) =>
    errors.every(
      (outer) =>
        !alternatives.has(outer.keyword) ||
        !keywordLocation.startsWith(`${outer.keywordLocation}/`),
    ),
  )
  const leaves = chosen.filter(({ keyword }) => !wrappers.has(keyword))
  // What an unknown wrapper says is better than nothing.
  return (leaves.length > 0 ? leaves : errors).map((error) => issueOf(error, value))
}

function issueOf({ keyword, instanceLocation, error }: OutputUnit, value: unknown): SchemaIssue {
  const path = pathOf(instanceLocation)
  const [, missing] = keyword === 'required' ? (/property "([\s\S]*)"\.$/.exec(error) ?? []) : []
  if (missing !== undefined) return { path: [...path, missing], message: 'is missing' }
  if (keyword === 'false' && valueAt(value, path) !== undefined) {
    const key = path.pop()
    return { path, keys: [key], message: 'is not in the schema' }
  }
  return { path, message: wordsOf(error) }
}

/** `#/items/0/a~1b`, as RFC 6901 writes it in a URI. */
function pathOf(location: string): string[] {
  return location
    .split('/')
    .slice(1)
    .map((part) => decoded(part).replaceAll('~1', '/').replaceAll('~0', '~'))
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = (found as Record<string, unknown>)[key]
  }
  return found
}

function wordsOf(error: string): string {
  return error
    .replace(/^Instance type "(\w+)" is invalid\. Expected (.*)\.$/, 'is of type $1, not $2')
    .replace(/^Instance does not match any of (\[[\s\S]*\])\.$/, 'is none of $1')
    .replace(/^Instance does not match any subschemas\.$/, 'matches none of the alternatives')
    .replace(/^(Instance|String) does not /, 'does not ')
    .replace(/\.$/, '')
}
