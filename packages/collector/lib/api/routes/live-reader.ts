// One reader of the live feed, as server-sent events (HTML: Server-sent events).
import type { Feed, FeedEvent } from '../arrivals/feed.js'
import { type FoundMessage, viewOf } from '../arrivals/found.js'
import type { Sample } from './sample.js'

/** What stands between reads that find something: shorter than proxies wait, ms. */
const HEARTBEAT = 15_000
/** How long a browser waits before it connects again, ms. */
const RETRY = 1000
/** So that a chunk stays small beside what a socket holds. */
const MOST_EVENTS = 50

/** What a reader asked for. */
export interface LiveQuestion {
  /** Of these messages, those that it wants. */
  readonly select: (found: readonly FoundMessage[]) => ReadonlySet<FoundMessage>
  /** How many a second it wants; undefined is all. */
  readonly sample?: Sample | undefined
}

/**
 * One reader. It has no buffer: the feed keeps the newest events for all readers. A reader that falls behind is told to load
 * everything again.
 */
export class LiveReader {
  readonly #feed: Feed
  readonly #question: LiveQuestion
  readonly #signal: AbortSignal

  constructor(feed: Feed, question: LiveQuestion, signal: AbortSignal) {
    this.#feed = feed
    this.#question = question
    this.#signal = signal
  }

  async *chunks(lastId: string | undefined): AsyncGenerator<string, void, undefined> {
    const feed = this.#feed
    const { sample } = this.#question
    const resumed = lastId === undefined ? feed.last : feed.numberOf(lastId)
    let place = resumed ?? feed.last
    yield `retry: ${RETRY}\n\n`
    if (resumed === undefined) yield this.#event('reload', { reason: 'unknown_id' }, place)
    else yield this.#event('ready', {}, place)
    for (;;) {
      if (place === feed.last) {
        await feed.wait(Math.min(HEARTBEAT, sample?.reportIn ?? Infinity), this.#signal)
      }
      if (this.#signal.aborted) return
      const events = feed.after(place, MOST_EVENTS)
      if (events === undefined && sample !== undefined && feed.lastChange <= place) {
        // Only messages were missed, and not all of them are wanted.
        sample.skip(feed.last - place)
        place = feed.last
      } else if (events === undefined) {
        place = feed.last
        yield this.#event('reload', { reason: 'too_slow' }, place)
      } else {
        const text = this.#textOf(events, place + 1)
        place += events.length
        // A comment, so that a reader whose filter matches nothing is seen to be there.
        if (text !== '') yield text
        else if (sample === undefined || events.length === 0) yield ': still here\n\n'
      }
      const skipped = sample?.report() ?? 0
      if (skipped > 0) yield this.#event('sampled', { skipped }, place)
    }
  }

  #textOf(events: readonly FeedEvent[], first: number): string {
    const found = events.flatMap((event) => (event.kind === 'message' ? [event.found] : []))
    const { select, sample } = this.#question
    const wanted = new Set([...select(found)].filter(() => sample?.admits() !== false))
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
