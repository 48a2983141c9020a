// Waits for a message.
import type { Filter } from '../../../../../lib/spec/filter/filter.js'
import type { Position } from '../arrivals/position.js'
import { find, type FindOptions, type Found, type Sources } from './find.js'

/** Other collectors on the same database tell us nothing. */
const POLL_SHARED = 500

const BEGINNING: Position = { seq: 0, order: 0 }

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
  const { feed } = sources.arrivals
  const end = performance.now() + timeout
  let seen = feed.last
  let { clears } = sources.arrivals
  const [newest] = await sources.store.messages({ limit: 1 })
  let found = await find(sources, filter, options)
  // Without `after` the newest were looked at first: what remains is what comes after them.
  const isForward = options.after !== undefined
  let after = isForward ? found.end : { seq: newest?.seq ?? 0, order: 0 }
  let isWhole = !isForward || found.next === undefined
  while (found.messages.length === 0 && signal?.aborted !== true) {
    const left = end - performance.now()
    if (left <= 0) break
    if (isWhole && feed.last === seen) {
      const isShared = sources.store.kind === 'postgres'
      await feed.wait(isShared ? Math.min(left, POLL_SHARED) : left, signal)
    }
    seen = feed.last
    if (clears !== sources.arrivals.clears) {
      // What comes after that may begin at the first place again.
      clears = sources.arrivals.clears
      after = BEGINNING
    }
    found = await find(sources, filter, {
      ...options,
      before: undefined,
      after: after ?? BEGINNING,
    })
    after = found.end
    isWhole = found.next === undefined
  }
  return found
}
