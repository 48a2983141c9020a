// Names of tables and columns, by the rule that Segment names (Warehouse Schemas: go-snakecase).
import { createHash } from 'node:crypto'

/** PostgreSQL's limit, in bytes of UTF-8. */
const MAX_BYTES = 63
const MAX_CACHED = 20_000

const cache = new Map<string, string>()

/**
 * The name of the column or table for a key or an event. Runs of capitals stay together (`CStringRef` is
 * `cstring_ref`), digits are not split off, and whatever is no letter or digit of ASCII separates.
 *
 * A name of which that would leave nothing keeps its letters, of whatever script. A name that is too long is cut, and
 * ends in a hash of the whole, so that two do not meet.
 */
export function nameOf(key: string): string {
  let name = cache.get(key)
  if (name === undefined) {
    name = fitting(snakeCase(key) || lettersOf(key) || `name_${hashOf(key)}`)
    // Keys come from outside: a cache without a bound is a leak.
    if (cache.size >= MAX_CACHED) cache.clear()
    cache.set(key, name)
  }
  return name
}

/** The name of a nested value: `context_app_version`. */
export function joined(prefix: string, name: string): string {
  return fitting(`${prefix}_${name}`)
}

/** Segment's rule alone; '' if the key has no letter or digit of ASCII. */
export function snakeCase(key: string): string {
  const plain = /^(?:[a-z0-9]|_(?=[a-z0-9]))*/.exec(key)?.[0] ?? ''
  if (plain === key) return key
  // A digit before a capital belongs to the word that the capital begins.
  const start = /[0-9]$/.test(plain) ? plain.slice(0, -1) : plain
  const words = key.slice(start.length).match(/[A-Z0-9]+[a-z0-9]*|[a-z][a-z0-9]*/g) ?? []
  return [...(start === '' ? [] : [start]), ...words].join('_').toLowerCase()
}

function lettersOf(key: string): string {
  const words = key
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu)
  return words?.join('_') ?? ''
}

/** Cut between characters. */
function fitting(name: string): string {
  if (name.length * 3 <= MAX_BYTES || Buffer.byteLength(name) <= MAX_BYTES) return name
  const end = `_${hashOf(name)}`
  let start = ''
  let bytes = end.length
  for (const character of name) {
    bytes += Buffer.byteLength(character)
    if (bytes > MAX_BYTES) break
    start += character
  }
  return start + end
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
