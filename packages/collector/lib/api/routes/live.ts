// The live feed, as server-sent events (HTML: Server-sent events).
import { DATA_HEADERS } from '../exchange/answers.js'
import { isAskingForRefused } from '../asking/find.js'
import { ApiError } from '../exchange/api-error.js'
import type { Route } from '../exchange/route.js'
import type { Feed, FeedEvent } from '../arrivals/feed.js'
import { candidateOf, type FoundMessage, viewOf } from '../arrivals/found.js'
import type { Needs } from '../needs/needs.js'

const MAX_READERS = 100
/** What stands between reads that find something: shorter than proxies wait, ms. */
const HEARTBEAT = 15_000
/** How long a browser waits before it connects again, ms. */
const RETRY = 1000
/** So that a chunk stays small beside what a socket holds. */
const MOST_EVENTS = 50

export function liveRoutes({ arrivals, closed }: Needs): Route[] {
  let readers = 0
  return [
    {
      method: 'GET',
      path: '/_/live',
      query: ['filter', 'all'],
      answer: ({ query, request }) => {
        const filter = query.filter()
        const withRefused = isAskingForRefused(filter, query.flag('all'))
        const isWanted = (found: FoundMessage) =>
          (withRefused || found.refused === undefined) && filter.matches(candidateOf(found))
        if (readers >= MAX_READERS) {
          const problem = `${MAX_READERS} readers are connected already`
          throw new ApiError(503, 'too_many_readers', problem, { 'retry-after': '10' })
        }
        readers += 1
        const signal = AbortSignal.any([closed, request.signal])
        const lastId = request.headers['last-event-id']
        const reader = new LiveReader(arrivals.feed, isWanted, signal)
        return Promise.resolve({
          kind: 'stream',
          status: 200,
          headers: { ...DATA_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' },
          chunks: counted(reader.chunks(typeof lastId === 'string' ? lastId : undefined), () => {
            readers -= 1
          }),
        })
      },
    },
  ]
}

/** Calls `done` once, also if nobody ever reads. */
function counted(chunks: AsyncGenerator<string>, done: () => void): AsyncIterable<string> {
  let isDone = false
  const end = () => {
    if (!isDone) done()
    isDone = true
  }
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const result = await chunks.next()
        if (result.done === true) end()
        return result
      },
      return: async () => {
        end()
        return chunks.return(undefined)
      },
    }),
  }
}

type IsWanted = (found: FoundMessage) => boolean

/**
 * One reader. It has no buffer: the feed keeps the newest events for all, and whoever falls behind them is told to
 * load everything anew.
 */
class LiveReader {
  readonly #feed: Feed
  readonly #isWanted: IsWanted
  readonly #signal: AbortSignal

  constructor(feed: Feed, isWanted: IsWanted, signal: AbortSignal) {
    this.#feed = feed
    this.#isWanted = isWanted
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
        const text = events.map((event, index) => this.#textOf(event, place + index + 1)).join('')
        place += events.length
        // A comment, so that a reader whose filter matches nothing is seen to be there.
        yield text === '' ? ':\n\n' : text
      }
    }
  }

  #textOf(event: FeedEvent, number: number): string {
    if (event.kind !== 'message') return this.#event(event.kind, {}, number)
    const { found } = event
    return this.#isWanted(found) ? this.#event('message', viewOf(found), number) : ''
  }

  /** JSON has no line breaks of its own, so that it is one line of data. */
  #event(name: string, data: unknown, number: number): string {
    return `id: ${this.#feed.idOf(number)}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`
  }
}
