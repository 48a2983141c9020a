// The words of a query, as PostgreSQL reads them if standard_conforming_strings is on.
import { QueryRejected } from '../errors.js'

export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'symbol'
  /** Of a word in lower case, of a quoted name without its quotes. */
  readonly text: string
  readonly isName: boolean
}

/** In this order: what begins alike is told apart by what comes first. */
const RULES: readonly (readonly [kind: Token['kind'] | 'space', pattern: RegExp])[] = [
  ['space', /[ \t\n\r\f\v]+|--[^\n\r]*/y],
  ['string', /(?:[bBxXnN])?'(?:[^']|'')*'/y],
  ['quoted', /"(?:[^"]|"")+"/y],
  ['number', /(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['parameter', /\$\d+/y],
  ['word', /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y],
  ['symbol', /[^]/y],
]

/** @throws QueryRejected if it is not certain how PostgreSQL would read it */
export function tokensOf(text: string): Token[] {
  if (text.includes('\0')) throw new QueryRejected('A query has no NUL')
  const tokens: Token[] = []
  for (let at = 0; at < text.length;) {
    const comment = text.startsWith('/*', at) ? commentEnd(text, at) : undefined
    const dollar = dollarQuoted(text, at)
    if (comment !== undefined) at = comment
    else if (dollar !== undefined) {
      tokens.push({ kind: 'string', text: '', isName: false })
      at = dollar
    } else {
      const { kind, found } = next(text, at)
      at += found.length
      if (kind !== 'space') tokens.push(tokenOf(kind, found))
    }
  }
  return tokens
}

function next(text: string, at: number): { kind: Token['kind'] | 'space'; found: string } {
  // Escapes have rules of their own, which go on into the next text after a line's end.
  const escape = /^(?:[uU]&['"]|[eE]')/.exec(text.slice(at, at + 3))?.[0]
  if (escape !== undefined) throw new QueryRejected(`${escape} is not allowed here`)
  for (const [kind, pattern] of RULES) {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found === undefined) continue
    if (found === "'" || found === '"') break
    return { kind, found }
  }
  throw new QueryRejected('A quote is not closed')
}

function tokenOf(kind: Token['kind'], found: string): Token {
  if (kind === 'word') return { kind, text: found.toLowerCase(), isName: true }
  if (kind === 'quoted') {
    return { kind, text: found.slice(1, -1).replaceAll('""', '"'), isName: true }
  }
  return { kind, text: kind === 'string' ? '' : found, isName: false }
}

/** Comments may stand in comments. */
function commentEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length;) {
    if (text.startsWith('/*', at)) depth += 1
    else if (text.startsWith('*/', at)) depth -= 1
    else {
      at += 1
      continue
    }
    at += 2
    if (depth === 0) return at
  }
  throw new QueryRejected('A comment is not closed')
}

function dollarQuoted(text: string, at: number): number | undefined {
  if (text.charAt(at) !== '$') return undefined
  const tag = /^\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/.exec(
    text.slice(at, at + 70),
  )?.[0]
  if (tag === undefined) return undefined
  const end = text.indexOf(tag, at + tag.length)
  if (end === -1) throw new QueryRejected('A quote is not closed')
  return end + tag.length
}
