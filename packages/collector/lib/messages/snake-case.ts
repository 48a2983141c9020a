// Names of tables and columns, by the rule that Segment names (Warehouse Schemas: go-snakecase).
import { createHash } from 'node:crypto'

/** PostgreSQL's limit, in bytes of UTF-8. */
const MAX_BYTES = 63
const MAX_CACHED = 10_000
/** Nobody's keys are longer, and a cache of 32 KiB each would be a way to fill the memory. */
const LONGEST_CACHED = 100

const WORDS = /[A-Z0-9]+[a-z0-9]*|[a-z][a-z0-9]*/g

const UPPER = '\\p{Lu}\\p{Lt}\\p{N}'
const OTHER = '\\p{Ll}\\p{Lo}\\p{Lm}\\p{M}'
const WORDS_OF_ANY_SCRIPT = new RegExp(
  `[${UPPER}]+[${OTHER}\\p{N}]*|[${OTHER}][${OTHER}\\p{N}]*`,
  'gu',
)
const NOT_LATIN = /(?=[\p{L}\p{Nd}])(?!\p{Script=Latin}|\p{Script=Common})./su

const cache = new Map<string, string>()

/**
 * The name of the column or table for a key or an event: Segment's rule. Runs of capitals stay together (`CStringRef`
 * is `cstring_ref`), digits are not split off, and whatever is no letter or digit of ASCII separates words.
 *
 * A name with letters that are not Latin keeps them, as does one of which the rule would leave nothing: 価格1 and 数量1
 * would otherwise be one column, `1`. A name without any letter or digit is `name_` and a hash of it. A name that is
 * too long is cut, and ends in a hash of the whole, so that two do not meet.
 */
export function nameOf(key: string): string {
  let name = cache.get(key)
  if (name === undefined) {
    name = fitting(
      (NOT_LATIN.test(key) ? '' : snakeCase(key)) || lettersOf(key) || `name_${hashOf(key)}`,
    )
    if (key.length > LONGEST_CACHED) return name
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
  return key.match(WORDS)?.join('_').toLowerCase() ?? ''
}

function lettersOf(key: string): string {
  const words = key.match(WORDS_OF_ANY_SCRIPT)
  // One name must not have two spellings.
  return words?.join('_').toLowerCase().normalize('NFC') ?? ''
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
