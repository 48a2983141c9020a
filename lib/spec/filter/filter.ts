// The filter language: one for the page, the API, `tail` and tests. No users' code runs in it, and no Node is needed.
import { type Candidate, matchOf } from './match.js'
import { parse } from './parse.js'
import { print } from './print.js'
import type { Node } from './syntax.js'

export type { Candidate } from './match.js'
export { FilterError } from './filter-error.js'
export { MAX_FILTER_DEPTH, MAX_FILTER_LENGTH } from './parse.js'

/** A question about messages, read and ready. */
export interface Filter {
  /** As the language writes it; means the same as the text that was parsed. */
  readonly text: string
  /** The messageId that each match must have, if the filter names one. */
  readonly messageId: string | undefined
  /** The profile that each match must belong to, if the filter names one. */
  readonly profileId: string | undefined
  matches(candidate: Candidate): boolean
}

/**
 * Reads a filter such as `type:track user:u1 event:"Signed Up"`. The empty filter matches everything.
 *
 * @throws FilterError with the place of what cannot be read, and what could stand there.
 */
export function parseFilter(text: string): Filter {
  const node = parse(text)
  const match = matchOf(node)
  return {
    text: print(node),
    messageId: named(node, ['message', 'messageId']),
    profileId: named(node, ['profile']),
    matches: (candidate) => match(candidate),
  }
}

/** The one value that every match has under one of these keys: so a store need not look at all it has. */
function named(node: Node, keys: readonly string[]): string | undefined {
  for (const each of node.kind === 'all' ? node.nodes : [node]) {
    if (each.kind !== 'equal' || each.key.length !== 1 || each.pattern.length !== 1) continue
    if (keys.includes(each.key[0] ?? '')) return each.pattern[0]
  }
  return undefined
}
