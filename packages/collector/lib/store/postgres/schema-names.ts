// The schema in which the tables of a source stand.
import { createHash } from 'node:crypto'

/** PostgreSQL cuts names that have more bytes, without a word. Ours have ASCII only. */
const LONGEST = 63
const RESERVED = new Set(['selfsame', 'public', 'information_schema'])

/**
 * The names that a source may get, the best first: its own in snake case, then one that no other source has.
 * `My Shop` is `my_shop`; `public` is `source_public`.
 */
export function schemaNames(source: string): [string, string] {
  const slug = slugOf(source)
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 8)
  if (slug === '') return [`source_${hash}`, `source__${hash}`]
  const isReserved = RESERVED.has(slug) || slug.startsWith('pg_')
  const name = isReserved ? `source_${slug}` : slug
  const unique = `${name.slice(0, LONGEST - hash.length - 1)}_${hash}`
  return name.length > LONGEST ? [unique, `_${unique.slice(1)}`] : [name, unique]
}

function slugOf(source: string): string {
  return source
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
}
