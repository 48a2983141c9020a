// The routes of messages: search, wait, download, delete.
import { jsonAnswer, DATA_HEADERS } from '../exchange/answers.js'
import { ApiError, invalid, notFound, unlessTypeError } from '../exchange/api-error.js'
import type { Query } from '../exchange/query.js'
import { linked } from '../exchange/linked-signal.js'
import type { ApiStream } from '../exchange/request.js'
import type { Call, Route } from '../exchange/route.js'
import { viewOf } from '../arrivals/found.js'
import { type Position, positionOf, positionText } from '../arrivals/position.js'
import { find, findEach } from '../asking/find.js'
import { findOrWait } from '../asking/wait.js'
import { detailOf } from '../asking/detail.js'
import type { Needs } from '../needs/needs.js'

const LIMIT = { min: 1, max: 1000 }
const DEFAULT_LIMIT = 100
const WAIT = { min: 0, max: 60_000 }
/** Each holds a connection and a place in memory. */
const MAX_WAITING = 1000

export function messageRoutes(needs: Needs): Route[] {
  const wait = waiting(needs)
  return [
    {
      method: 'GET',
      path: '/_/messages',
      query: ['filter', 'limit', 'after', 'before', 'wait', 'all'],
      answer: (call) => search(needs, wait, call),
    },
    {
      method: 'GET',
      path: '/_/messages/latest',
      query: ['filter', 'all'],
      answer: async ({ query }) => {
        const options = { limit: 1, all: query.flag('all') }
        const [message] = (await find(needs, query.filter(), options)).messages
        if (message === undefined) throw notFound('no message matches')
        return jsonAnswer(viewOf(message))
      },
    },
    {
      method: 'GET',
      path: '/_/messages/:messageId',
      query: [],
      answer: async ({ parameters }) => {
        const detail = await detailOf(needs, parameters.messageId ?? '')
        if (detail === undefined) throw notFound('there is no message with this messageId')
        return jsonAnswer(detail)
      },
    },
    {
      method: 'GET',
      path: '/_/messages.ndjson',
      query: ['filter', 'after', 'all'],
      answer: ({ query }) => Promise.resolve(download(needs, query)),
    },
    {
      method: 'DELETE',
      path: '/_/messages',
      query: [],
      answer: async () => {
        await unlessTypeError(async () => needs.clear(), 'cannot_clear')
        return jsonAnswer({ success: true })
      },
    },
  ]
}

async function search(needs: Needs, wait: typeof findOrWait, { query, request }: Call) {
  const range = rangeOf(query)
  const options = { ...range, limit: query.whole('limit', LIMIT, DEFAULT_LIMIT) }
  const timeout = query.whole('wait', WAIT, 0)
  if (timeout > 0 && range.before !== undefined) {
    throw invalid('wait is for what comes, before for what was: there is only one of them')
  }
  const filter = query.filter()
  const { messages, next } =
    timeout > 0
      ? await wait(needs, filter, { ...options, timeout, signal: request.signal })
      : await find(needs, filter, options)
  return jsonAnswer({
    messages: messages.map(viewOf),
    next: next === undefined ? null : positionText(next),
  })
}

/** findOrWait() for a bounded number at a time, until the collector is closed. */
function waiting({ closed }: Needs): typeof findOrWait {
  let count = 0
  return async (sources, filter, options) => {
    if (count >= MAX_WAITING) {
      const problem = `${MAX_WAITING} requests are waiting already`
      throw new ApiError(503, 'too_many_waiting', problem, { 'retry-after': '1' })
    }
    count += 1
    const { signal, unlink } = linked(closed, options.signal ?? closed)
    try {
      return await findOrWait(sources, filter, { ...options, signal })
    } finally {
      count -= 1
      unlink()
    }
  }
}

function rangeOf(query: Query): { after?: Position; before?: Position; all: boolean } {
  const after = positionIn(query, 'after')
  const before = positionIn(query, 'before')
  if (after !== undefined && before !== undefined) {
    throw invalid('after gives the oldest first, before the newest: there is only one of them')
  }
  return {
    ...(after === undefined ? {} : { after }),
    ...(before === undefined ? {} : { before }),
    all: query.flag('all'),
  }
}

function positionIn(query: Query, name: string): Position | undefined {
  const text = query.text(name)
  if (text === undefined) return undefined
  const position = positionOf(text)
  if (position === undefined) throw invalid(`${name} must be the position of a message`)
  return position
}

/** One message a line, as it was kept, the oldest first: what can be sent again. */
function download(needs: Needs, query: Query): ApiStream {
  const after = positionIn(query, 'after') ?? { seq: 0, order: 0 }
  return {
    kind: 'stream',
    status: 200,
    headers: {
      ...DATA_HEADERS,
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': 'attachment; filename="messages.ndjson"',
    },
    chunks: linesOf(findEach(needs, query.filter(), { after, all: query.flag('all') })),
  }
}

async function* linesOf(
  pages: ReturnType<typeof findEach>,
): AsyncGenerator<string, void, undefined> {
  for await (const page of pages) {
    const lines = page.map(({ message }) => `${JSON.stringify(message)}\n`)
    if (lines.length > 0) yield lines.join('')
  }
}
