// Waits for a message.
import type { Filter } from '../../../../../lib/spec/filter/filter.js'
import { find, type FindOptions, type Found, type Sources } from './find.js'

/** Other collectors on the same database tell us nothing. */
const POLL_SHARED = 500

export interface WaitForMessages extends FindOptions {
  /** ms; Infinity waits for ever. */
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
}

/** What is found at once, or else the first that comes. Without a message at the end of the time. */
export async function findOrWait(
  sources: Sources,
  filter: Filter,
  { timeout, signal, ...options }: WaitForMessages,
): Promise<Found> {
  const { store, arrivals } = sources
  const { feed } = arrivals
  const end = performance.now() + timeout
  let seen = feed.last
  const [newest] = await store.messages({ limit: 1 })
  let found = await find(sources, filter, options)
  // What is there was looked at from its newest on: from here on it is what comes after that.
  let after = options.after ?? { seq: newest?.seq ?? 0, order: 0 }
  let isWhole = options.after === undefined || found.next === undefined
  if (options.after !== undefined) after = found.end ?? after
  while (found.messages.length === 0 && signal?.aborted !== true) {
    const left = end - performance.now()
    if (left <= 0) break
    if (isWhole && feed.last === seen) {
      await feed.wait(store.kind === 'postgres' ? Math.min(left, POLL_SHARED) : left, signal)
    }
    seen = feed.last
    found = await find(sources, filter, { ...options, before: undefined, after })
    after = found.end ?? after
    isWhole = found.next === undefined
  }
  return found
}
