// The words of a query, as SQLite reads them.
import { QueryRejected } from '../errors.js'

export interface Token {
  readonly kind: 'word' | 'quoted' | 'symbol'
  /** Of a word or a quoted name or text in lower case, without its quotes. */
  readonly text: string
}

/** In this order: what begins alike is told apart by what comes first. */
const RULES: readonly (readonly [kind: Token['kind'] | 'space', pattern: RegExp])[] = [
  ['space', /[ \t\n\r\f]+|--[^\n]*|\/\*[^]*?(?:\*\/|$)/y],
  // A text may stand for a name.
  ['quoted', /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/y],
  ['word', /[A-Za-z0-9_$\u0080-\uffff]+/y],
  ['symbol', /[^]/y],
]

/** @throws QueryRejected if it is not certain how SQLite would read it */
export function tokensOf(text: string): Token[] {
  if (text.includes('\0')) throw new QueryRejected('A query has no NUL characters')
  const tokens: Token[] = []
  for (let at = 0; at < text.length;) {
    const { kind, found } = next(text, at)
    at += found.length
    if (kind === 'space') continue
    tokens.push({ kind, text: (kind === 'quoted' ? unquoted(found) : found).toLowerCase() })
  }
  return tokens
}

function next(text: string, at: number): { kind: Token['kind'] | 'space'; found: string } {
  for (const [kind, pattern] of RULES) {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found === undefined) continue
    if (kind === 'symbol' && /['"`[]/.test(found)) break
    return { kind, found }
  }
  throw new QueryRejected('A quote is not closed')
}

function unquoted(found: string): string {
  const quote = found.charAt(0)
  const inner = found.slice(1, -1)
  return quote === '[' ? inner : inner.replaceAll(quote + quote, quote)
}
