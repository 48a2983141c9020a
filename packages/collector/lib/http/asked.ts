// A request to the API, from node:http and back.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Api } from '../api/api.js'
import { ApiError, invalid } from '../api/exchange/api-error.js'
import type { ApiAnswer, ApiRequest, ApiStream } from '../api/exchange/request.js'
import { BodyError, parseBody, readBody, tooLarge } from './body.js'
import { answerFile } from './page.js'
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

/**
 * Answers, whole or bit by bit. Resolves when the answer is written, or when the client is gone; rejects if the API
 * fails before anything is written.
 *
 * @param told - Told the status before it is written.
 */
export async function answerAsked(asked: Asked, told: (status: number) => void): Promise<void> {
  await give(asked, await asked.api.handle(requestOf(asked)), told)
}

/** Answers with a file of the page, if the API would answer. */
export async function answerPage(
  asked: Asked,
  file: string,
  told: (status: number) => void,
): Promise<void> {
  const request = requestOf(asked)
  const refusal = asked.api.admit(request)
  if (refusal !== undefined) {
    await give(asked, refusal, told)
    return
  }
  await drain(asked)
  if (asked.signal.aborted) return
  told(200)
  await answerFile(file, request, asked.response)
}

async function give(
  asked: Asked,
  answer: ApiAnswer | ApiStream,
  told: (status: number) => void,
): Promise<void> {
  const { request, response, signal } = asked
  if (signal.aborted) {
    await release(answer)
    return
  }
  if (answer.kind === 'answer') await drain(asked)
  told(answer.status)
  response.writeHead(answer.status, { ...answer.headers })
  if (answer.kind === 'answer') response.end(request.method === 'HEAD' ? '' : answer.body)
  else if (request.method === 'HEAD') {
    await release(answer)
    response.end()
  } else await sendStream(asked, answer)
}

function requestOf({ request, signal, onBytes }: Asked): ApiRequest {
  const target = request.url ?? '/'
  const mark = target.indexOf('?')
  return {
    method: request.method ?? 'GET',
    path: pathOf(target),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1).split('#', 1)[0]),
    headers: request.headers,
    signal,
    async json(limit) {
      const body = await readBody(request, limit, onBytes)
      if (body.end === 'aborted') throw invalid('the body broke off')
      if (body.end === 'too large') throw new ApiError(413, 'too_large', tooLarge(limit))
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

/** A body that nobody asked for would be taken for the next request. */
async function drain({ request, response, onBytes }: Asked): Promise<void> {
  if (request.readableEnded) return
  const rest = await readBody(request, 0, onBytes)
  if (rest.end === 'too large' && rest.hasMore) response.shouldKeepAlive = false
}

/** A stream that nobody will read gives back what it holds. */
async function release(answer: ApiAnswer | ApiStream): Promise<void> {
  if (answer.kind === 'stream') await answer.chunks[Symbol.asyncIterator]().return?.()
}

/** The next chunk is asked for when the socket has taken the one before: a slow reader holds up only itself. */
async function sendStream({ response, signal }: Asked, { chunks }: ApiStream): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (signal.aborted) return
      if (!response.write(chunk)) await drained(response, signal)
    }
    response.end()
  } catch {
    // The status is out: all that is left to say is that this is not the end.
    response.destroy()
  }
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      response.off('drain', end)
      signal.removeEventListener('abort', end)
      resolve()
    }
    response.on('drain', end)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}
