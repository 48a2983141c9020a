// A request to the API, from node:http and back.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Api } from '../api/api.js'
import { invalid } from '../api/exchange/api-error.js'
import type { ApiAnswer, ApiRequest, ApiStream } from '../api/exchange/request.js'
import { BodyError, parseBody, readBody, tooLarge } from './body.js'
import { pathOf } from './routes.js'

export interface Asked {
  readonly api: Api
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Aborted when the connection is over. */
  readonly signal: AbortSignal
  /** Told the length of each part of the body. */
  readonly onBytes: (length: number) => void
}

/** Answers, whole or bit by bit. @returns the status */
export async function answerAsked(asked: Asked, told: (status: number) => void): Promise<void> {
  const { api, response } = asked
  const answer = await api.handle(requestOf(asked))
  if (asked.signal.aborted) return
  response.writeHead(answer.status, answer.headers)
  told(answer.status)
  if (answer.kind === 'answer') await sendWhole(asked, answer)
  else await sendStream(asked, answer)
}

function requestOf({ request, signal, onBytes }: Asked): ApiRequest {
  const target = request.url ?? '/'
  const mark = target.indexOf('?')
  return {
    method: request.method ?? 'GET',
    path: pathOf(target),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers: request.headers,
    signal,
    async json(limit) {
      const body = await readBody(request, limit, onBytes)
      if (body.end === 'aborted') throw invalid('the body broke off')
      if (body.end === 'too large') throw invalid(tooLarge(limit))
      if (body.data.length === 0) return undefined
      try {
        return await parseBody(body.data, request.headers['content-encoding'], limit)
      } catch (error) {
        if (error instanceof BodyError) throw invalid(error.message)
        throw error
      }
    },
  }
}

async function sendWhole(
  { request, response, onBytes }: Asked,
  { body }: ApiAnswer,
): Promise<void> {
  // A body that nobody asked for would be taken for the next request.
  if (!request.readableEnded) await readBody(request, 0, onBytes)
  response.end(request.method === 'HEAD' ? '' : body)
}

/** The next chunk is asked for when the reader has taken the one before. */
async function sendStream({ response, signal }: Asked, { chunks }: ApiStream): Promise<void> {
  for await (const chunk of chunks) {
    if (signal.aborted) return
    if (!response.write(chunk)) await once(response, 'drain', { signal })
  }
  response.end()
}
