// The route of the live feed.
import type { Filter } from '../../../../../lib/spec/filter/filter.js'
import { DATA_HEADERS } from '../exchange/answers.js'
import { isAskingForRefused } from '../asking/find.js'
import { ApiError } from '../exchange/api-error.js'
import { linked } from '../exchange/linked-signal.js'
import type { Route } from '../exchange/route.js'
import { candidateOf } from '../arrivals/found.js'
import { type LiveQuestion, LiveReader } from './live-reader.js'
import { Sample } from './sample.js'
import type { Needs } from '../needs/needs.js'

const MAX_READERS = 100
const SAMPLE = { min: 1, max: 1000 }

export function liveRoutes(needs: Needs): Route[] {
  let readers = 0
  return [
    {
      method: 'GET',
      path: '/_/live',
      query: ['filter', 'all', 'sample'],
      answer: ({ query, request }) => {
        const filter = query.filter()
        const perSecond = query.whole('sample', SAMPLE, undefined)
        const question: LiveQuestion = {
          select: selection(filter, query.flag('all')),
          sample: perSecond === undefined ? undefined : new Sample(perSecond),
        }
        if (readers >= MAX_READERS) {
          const problem = `${MAX_READERS} readers are connected already`
          throw new ApiError(503, 'too_many_readers', problem, { 'retry-after': '10' })
        }
        readers += 1
        const { signal, unlink } = linked(needs.closed, request.signal)
        const lastId = request.headers['last-event-id']
        const reader = new LiveReader(needs.arrivals.feed, question, signal)
        return Promise.resolve({
          kind: 'stream',
          status: 200,
          headers: { ...DATA_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' },
          chunks: counted(reader.chunks(typeof lastId === 'string' ? lastId : undefined), () => {
            readers -= 1
            unlink()
          }),
        })
      },
    },
  ]
}

function selection(filter: Filter, all: boolean): LiveQuestion['select'] {
  const withRefused = isAskingForRefused(filter, all)
  return (messages) => {
    const asked = messages.filter(({ refused }) => withRefused || refused === undefined)
    return new Set(asked.filter((found) => filter.matches(candidateOf(found))))
  }
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
