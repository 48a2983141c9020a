// What happens, as it happens: numbered events, of which the newest are kept, so that a reader can resume.
import { randomBytes } from 'node:crypto'
import type { FoundMessage } from './found.js'

/** How many events a reader may be behind. */
const MAX_EVENTS = 2000
const LONGEST_TIMER = 2_147_483_647

export type FeedEvent =
  /** A message was kept, or refused. */
  | { readonly kind: 'message'; readonly found: FoundMessage }
  /** All messages were deleted. */
  | { readonly kind: 'cleared' }
  /** Profiles changed by hand: a split, an erasure, a rebuild. */
  | { readonly kind: 'people' }

export class Feed {
  /** Tells the events of this feed from those of one before it, which began at 1 as well. */
  readonly #name = randomBytes(6).toString('hex')
  readonly #events: FeedEvent[] = []
  #last = 0
  #lastChange = 0
  readonly #waiting = new Set<() => void>()

  /** The number of the newest event; 0 before the first. */
  get last(): number {
    return this.#last
  }

  /** The number of the newest event that is no message; 0 before the first. */
  get lastChange(): number {
    return this.#lastChange
  }

  /** How many wait for the next event. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Resolves at the next event, after so many ms, or when the signal is aborted. */
  wait(duration: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#waiting.delete(end)
        clearTimeout(timer)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      // An unending wait has no timer that could hold the process.
      const timer = duration > LONGEST_TIMER ? undefined : setTimeout(end, duration)
      this.#waiting.add(end)
      signal?.addEventListener('abort', end)
      if (signal?.aborted === true) end()
    })
  }

  publish(event: FeedEvent): void {
    this.#last += 1
    if (event.kind !== 'message') this.#lastChange = this.#last
    this.#events[this.#last % MAX_EVENTS] = event
    if (this.#waiting.size > 0) for (const wake of [...this.#waiting]) wake()
  }

  /** Who resumes is told that people changed in the place of these messages. */
  forget(isForgotten: (found: FoundMessage) => boolean): void {
    this.#events.forEach((event, place) => {
      if (event.kind === 'message' && isForgotten(event.found)) {
        this.#events[place] = { kind: 'people' }
      }
    })
  }

  /** The events after this number, at most so many; undefined if some of them are no longer kept. */
  after(number: number, most: number): FeedEvent[] | undefined {
    if (number > this.#last || number < this.#last - MAX_EVENTS) return undefined
    const count = Math.min(most, this.#last - number)
    return Array.from({ length: count }, (_, place) => {
      const event = this.#events[(number + place + 1) % MAX_EVENTS]
      return event ?? { kind: 'cleared' }
    })
  }

  /** The id of an event, as the readers of server-sent events have it. */
  idOf(number: number): string {
    return `${this.#name}-${number}`
  }

  /** The number of an event by its id; undefined if it is none of this feed. */
  numberOf(id: string): number | undefined {
    const [, name, number] = /^([\da-f]+)-(\d{1,15})$/.exec(id) ?? []
    return name === this.#name ? Number(number) : undefined
  }
}
