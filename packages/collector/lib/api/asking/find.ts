// Finds messages by a filter, among those of the store and those that were refused.
import type { Filter } from '../../../../../lib/spec/filter/filter.js'
import type { MessageQuery, Store } from '../../store/store.js'
import { candidateOf, type FoundMessage, foundOf } from './found.js'
import { compare, type Position } from './position.js'
import type { Refusals } from './refusals.js'
import { violationsOf } from './violations.js'

/** How many messages one question looks at; then its answer says where to go on. */
const MAX_SCANNED = 100_000
const PAGE = 500

export interface FindOptions {
  /** The most that is given. */
  readonly limit: number
  /** Only what came after this; the oldest first. */
  readonly after?: Position | undefined
  /** Only what came before this; the newest first, as without `after`. */
  readonly before?: Position | undefined
  /** Also what was refused. Without it only a filter that asks for such messages finds them. */
  readonly all?: boolean | undefined
}

export interface Found {
  readonly messages: FoundMessage[]
  /** Where to go on, as `after` or `before`; undefined if there is nothing more. */
  readonly next: Position | undefined
  /** How far was looked; undefined if there was nothing. */
  readonly end: Position | undefined
}

/** Where the messages are. */
export interface Sources {
  readonly store: Store
  readonly refusals: Refusals
}

const ASK_FOR_REFUSED = ['is:discarded', 'is:duplicate', 'code']

export async function find(sources: Sources, filter: Filter, options: FindOptions): Promise<Found> {
  const messages: FoundMessage[] = []
  let end = options.after ?? options.before
  let scanned = 0
  for await (const page of pages(sources, filter, options)) {
    for (const each of page) {
      if (!filter.matches(candidateOf(each))) continue
      if (messages.length === options.limit) {
        return { messages, next: messages.at(-1)?.position ?? end, end }
      }
      messages.push(each)
    }
    end = page.at(-1)?.position ?? end
    scanned += page.length
    if (scanned >= MAX_SCANNED) return { messages, next: end, end }
  }
  return { messages, next: undefined, end }
}

/** Every message in order, those that were refused in between. */
export async function* pages(
  { store, refusals }: Sources,
  filter: Filter,
  options: FindOptions,
): AsyncGenerator<FoundMessage[], void, undefined> {
  const isForward = options.after !== undefined
  const withRefused =
    options.all === true || ASK_FOR_REFUSED.some((each) => filter.mentions.has(each))
  const size = filter.text === '' ? Math.min(PAGE, options.limit + 1) : PAGE
  let cursor = options.after ?? options.before
  for (;;) {
    const stored = await store.messages({
      ...narrowed(filter),
      ...edge(cursor, isForward),
      limit: size,
    })
    const isLast = stored.length < size
    const last = stored.at(-1)
    const violations = filter.mentions.has('violation')
      ? await violationsOf(store, stored)
      : undefined
    const page = stored.map((each) => foundOf(each, violations?.get(each.message.messageId)))
    const border = isLast || last === undefined ? undefined : { seq: last.seq, order: 0 }
    if (withRefused) {
      page.push(
        ...(isForward ? refusals.between(cursor, border) : refusals.between(border, cursor)),
      )
      page.sort((a, b) => compare(a.position, b.position) * (isForward ? 1 : -1))
    }
    if (page.length > 0) yield page
    if (isLast) return
    cursor = border
  }
}

/** What the store can look for itself. */
function narrowed({ messageId, profileId }: Filter): MessageQuery {
  return { profileId, messageIds: messageId === undefined ? undefined : [messageId] }
}

function edge(cursor: Position | undefined, isForward: boolean): MessageQuery {
  if (cursor === undefined) return {}
  if (isForward) return { after: cursor.seq }
  // What was refused stands after the message before it.
  return { before: cursor.order === 0 ? cursor.seq : cursor.seq + 1 }
}
