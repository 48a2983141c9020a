// One reader of the live feed, as server-sent events (HTML: Server-sent events).
import type { Feed, FeedEvent } from '../arrivals/feed.js'
import { type FoundMessage, viewOf } from '../arrivals/found.js'

/** What stands between reads that find something: shorter than proxies wait, ms. */
const HEARTBEAT = 15_000
/** How long a browser waits before it connects again, ms. */
const RETRY = 1000
/** So that a chunk stays small beside what a socket holds. */
const MOST_EVENTS = 50

/** Of these messages, those that the reader asked for. */
export type Select = (found: readonly FoundMessage[]) => ReadonlySet<FoundMessage>

/**
 * One reader. It has no buffer: the feed keeps the newest events for all readers. A reader that falls behind is told to load
 * everything again.
 */
export class LiveReader {
  readonly #feed: Feed
  readonly #select: Select
  readonly #signal: AbortSignal

  constructor(feed: Feed, select: Select, signal: AbortSignal) {
    this.#feed = feed
    this.#select = select
    this.#signal = signal
  }

  async *chunks(lastId: string | undefined): AsyncGenerator<string, void, undefined> {
    const feed = this.#feed
    const resumed = lastId === undefined ? feed.last : feed.numberOf(lastId)
    let place = resumed ?? feed.last
    yield `retry: ${RETRY}\n\n`
    if (resumed === undefined) yield this.#event('reload', { reason: 'unknown_id' }, place)
    else yield this.#event('ready', {}, place)
    for (;;) {
      if (place === feed.last) await feed.wait(HEARTBEAT, this.#signal)
      if (this.#signal.aborted) return
      const events = feed.after(place, MOST_EVENTS)
      if (events === undefined) {
        place = feed.last
        yield this.#event('reload', { reason: 'too_slow' }, place)
      } else if (events.length === 0) {
        yield ': still here\n\n'
      } else {
        const text = this.#textOf(events, place + 1)
        place += events.length
        // A comment, so that a reader whose filter matches nothing is seen to be there.
        yield text === '' ? ':\n\n' : text
      }
    }
  }

  #textOf(events: readonly FeedEvent[], first: number): string {
    const found = events.flatMap((event) => (event.kind === 'message' ? [event.found] : []))
    const wanted = this.#select(found)
    return events
      .map((event, index) => {
        if (event.kind !== 'message') return this.#event(event.kind, {}, first + index)
        if (!wanted.has(event.found)) return ''
        return this.#event('message', viewOf(event.found), first + index)
      })
      .join('')
  }

  /** JSON has no line breaks of its own, so that it is one line of data. */
  #event(name: string, data: unknown, number: number): string {
    return `id: ${this.#feed.idOf(number)}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`
  }
}
