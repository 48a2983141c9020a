// Values that identify nobody: what programs send when they know no id.
import { isPlain } from '../messages/plain-text.js'

/** Those that Segment suggests (Unify: Identity Resolution settings). The pattern matches '0' and '' as well. */
export const SEGMENT_BLOCKED: readonly (string | RegExp)[] = [/^[0-]*$/, '-1', 'null', 'anonymous']

/** What else real graphs were melted by: each became the id of thousands of people. */
const MELTING = [
  'undefined',
  'none',
  'nan',
  'true',
  'false',
  'guest',
  'id',
  'email',
  'distinct_id',
  'not_authenticated',
  '[object object]',
]

export const DEFAULT_BLOCKED: readonly (string | RegExp)[] = [...SEGMENT_BLOCKED, ...MELTING]

export type IsBlocked = (value: string) => boolean

/**
 * Texts are compared whole.
 *
 * @returns a test that ignores case, space around a value, and quotes around it. It is also true of a value that not
 * every store can tell from another: one with a NUL character or half a surrogate pair.
 */
export function blockedBy(blocked: readonly (string | RegExp)[]): IsBlocked {
  const texts = new Set<string>()
  const patterns: RegExp[] = []
  for (const each of blocked) {
    if (typeof each === 'string') texts.add(bare(each))
    // With g or y it would remember where it stopped.
    else patterns.push(new RegExp(each.source, `${each.flags.replace(/[giy]/g, '')}i`))
  }
  return (value) => {
    const text = bare(value)
    if (text === '' || texts.has(text) || !isPlain(value)) return true
    for (const pattern of patterns) if (pattern.test(text)) return true
    return false
  }
}

function bare(value: string): string {
  let text = value.trim()
  while (text.length > 1 && isQuote(text.charAt(0)) && text.endsWith(text.charAt(0))) {
    text = text.slice(1, -1).trim()
  }
  return (isQuote(text) ? '' : text).toLowerCase()
}

function isQuote(text: string): boolean {
  return text === '"' || text === "'" || text === '`'
}
