// Finds messages by a filter, among those of the store and those that were refused.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Filter } from '../../../../../lib/spec/filter/filter.js'
import { type CollectedMessage, isObject } from '../../messages/message.js'
import type { MessageQuery, Store, StoredMessage } from '../../store/store.js'
import type { Arrivals } from '../arrivals/arrivals.js'
import { candidateOf, type FoundMessage, foundOf } from '../arrivals/found.js'
import { compare, type Position } from '../arrivals/position.js'
import { violationsOf } from './violations.js'

/** How many messages one question looks at; then its answer says where to go on. */
const MAX_SCANNED = 100_000
const PAGE = 500

/** Where the messages are. */
export interface Sources {
  readonly store: Store
  readonly arrivals: Arrivals
}

export interface Range {
  /** Only what came after this; the oldest first. */
  readonly after?: Position | undefined
  /** Only what came before this; the newest first, as without `after`. */
  readonly before?: Position | undefined
  /** Also what was refused. Without it only a filter that asks for such messages finds them. */
  readonly all?: boolean | undefined
}

export interface FindOptions extends Range {
  /** The most that is given. */
  readonly limit: number
}

export interface Found {
  readonly messages: FoundMessage[]
  /** Where to go on, as `after` or `before`; undefined if there is nothing more. */
  readonly next: Position | undefined
  /** How far was looked; undefined if there was nothing. */
  readonly end: Position | undefined
}

export async function find(sources: Sources, filter: Filter, options: FindOptions): Promise<Found> {
  const found = await scan(sources, filter, options)
  return { ...found, messages: await withViolations(sources, found.messages) }
}

async function scan(
  sources: Sources,
  filter: Filter,
  { limit, ...range }: FindOptions,
): Promise<Found> {
  const messages: FoundMessage[] = []
  let end = range.after ?? range.before
  let scanned = 0
  // One more than is given says whether there is more.
  const size = filter.text === '' ? Math.min(PAGE, limit + 1) : PAGE
  for await (const page of pagesOf(sources, filter, { ...range, size })) {
    for (const each of page) {
      if (!filter.matches(candidateOf(each))) continue
      if (messages.length === limit) return { messages, next: messages.at(-1)?.position, end }
      messages.push(each)
    }
    end = page.at(-1)?.position ?? end
    scanned += page.length
    if (scanned >= MAX_SCANNED) return { messages, next: end, end }
  }
  return { messages, next: undefined, end }
}

/** Every message that matches, in order, page by page, without an end to the looking. */
export async function* findEach(
  sources: Sources,
  filter: Filter,
  range: Range,
): AsyncGenerator<FoundMessage[], void, undefined> {
  for await (const page of pagesOf(sources, filter, { ...range, size: PAGE })) {
    yield page.filter((each) => filter.matches(candidateOf(each)))
  }
}

const ASK_FOR_REFUSED = ['is:discarded', 'is:duplicate', 'code']

/** Whether what was refused is looked at: a filter that says nothing of it means what was kept. */
export function isAskingForRefused(filter: Filter, all = false): boolean {
  return all || ASK_FOR_REFUSED.some((each) => filter.mentions.has(each))
}

async function* pagesOf(
  sources: Sources,
  filter: Filter,
  { size, ...range }: Range & { size: number },
): AsyncGenerator<FoundMessage[], void, undefined> {
  const { store, arrivals } = sources
  const isForward = range.after !== undefined
  const withRefused = isAskingForRefused(filter, range.all)
  let cursor = range.after ?? range.before
  for (;;) {
    const query = { ...narrowed(filter), ...edge(cursor, isForward), limit: size }
    const stored = await store.messages(query)
    const isLast = stored.length < size
    const last = stored.at(-1)
    const border = isLast || last === undefined ? undefined : { seq: last.seq, order: 0 }
    const page = await known(sources, stored, filter)
    if (withRefused) {
      const [from, to] = isForward ? [cursor, border] : [border, cursor]
      page.push(...arrivals.refusals.between(from, to))
      page.sort((a, b) => compare(a.position, b.position) * (isForward ? 1 : -1))
    }
    if (page.length > 0) yield page
    if (isLast) return
    cursor = border
    // A store in memory answers without a turn of the event loop: others are to have theirs.
    await nextTurn()
  }
}

/** With their violations if the filter asks for them: that is a look into the log for each page. */
async function known(
  sources: Sources,
  stored: readonly StoredMessage[],
  filter: Filter,
): Promise<FoundMessage[]> {
  const found = stored.map((each) => foundOf(each))
  return filter.mentions.has('violation') ? withViolations(sources, found) : found
}

/** The same messages, in their order, with the violations that are in the log, and with how they are not as planned. */
export async function withViolations(
  { store, arrivals }: Sources,
  messages: readonly FoundMessage[],
): Promise<FoundMessage[]> {
  const names = await violationsOf(store, messages.map(messageIdOf).filter(isText))
  return messages.map((each) =>
    each.refused === undefined
      ? {
          ...each,
          violations: names.get(messageIdOf(each) ?? '') ?? [],
          planViolations: arrivals.planned.violationsOf(each.message as CollectedMessage),
        }
      : each,
  )
}

function messageIdOf({ message, refused }: FoundMessage): string | undefined {
  const messageId = refused === undefined && isObject(message) ? message.messageId : undefined
  return typeof messageId === 'string' ? messageId : undefined
}

function isText(value: string | undefined): value is string {
  return value !== undefined
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
