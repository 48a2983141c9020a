// Waits for a message.
import type { Filter } from '../../../../../lib/spec/filter/filter.js'
import type { Feed } from '../live/feed.js'
import { find, type FindOptions, type Found, type Sources } from './find.js'
import type { Position } from './position.js'

/** Other collectors on the same database tell us nothing. */
const POLL_SHARED = 500

export interface WaitForMessages extends FindOptions {
  /** ms; Infinity waits for ever. */
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
}

/** What is found at once, or else the first that comes. Without a message at the end of the time. */
export async function findOrWait(
  sources: Sources & { readonly feed: Feed },
  filter: Filter,
  { timeout, signal, ...options }: WaitForMessages,
): Promise<Found> {
  const { store, feed } = sources
  const end = performance.now() + timeout
  let seen = feed.last
  const [newest] = await store.messages({ limit: 1 })
  let found = await find(sources, filter, options)
  let after: Position = laterOf(options.after, newest?.seq ?? 0)
  while (found.messages.length === 0 && signal?.aborted !== true) {
    const left = end - performance.now()
    if (left <= 0) break
    if (feed.last === seen) {
      await feed.wait(store.kind === 'postgres' ? Math.min(left, POLL_SHARED) : left, signal)
    }
    seen = feed.last
    found = await find(sources, filter, { ...options, before: undefined, after })
    after = found.end ?? after
  }
  return found
}

/** What came until now was looked at, unless the question begins later. */
function laterOf(after: Position | undefined, seq: number): Position {
  return after !== undefined && after.seq >= seq ? after : { seq, order: 0 }
}
