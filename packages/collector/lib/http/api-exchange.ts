// Carries a request to the API, and its answer back, over node:http.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Api } from '../api/api.js'
import { ApiError, invalid } from '../api/exchange/api-error.js'
import type { ApiAnswer, ApiRequest, ApiStream } from '../api/exchange/request.js'
import { BodyError, parseBody, readBody } from './body.js'
import { pathOf } from './routes.js'

/** A request in the form of the API. */
export function apiRequestOf(
  request: IncomingMessage,
  response: ServerResponse,
  onBytes: (length: number) => void,
): ApiRequest {
  const over = new AbortController()
  response.on('close', () => {
    over.abort()
  })
  const target = request.url ?? ''
  const mark = target.indexOf('?')
  return {
    method: request.method ?? '',
    path: pathOf(target),
    query: new URLSearchParams(mark === -1 ? '' : target.slice(mark).split('#', 1)[0]),
    headers: request.headers,
    json: (limit) => readJson(request, limit, onBytes),
    signal: over.signal,
  }
}

async function readJson(
  request: IncomingMessage,
  limit: number,
  onBytes: (length: number) => void,
): Promise<unknown> {
  const body = await readBody(request, limit, onBytes)
  if (body.end === 'aborted') throw invalid('the request broke off')
  if (body.end === 'too large') {
    throw new ApiError(413, 'too_large', `the body has more than ${limit} bytes`)
  }
  if (body.data.length === 0) return undefined
  try {
    return await parseBody(body.data, request.headers['content-encoding'], limit)
  } catch (error) {
    if (error instanceof BodyError) throw invalid(error.message)
    throw error
  }
}

/**
 * Asks the API and writes its answer. Resolves when that is written, or when the client is gone; rejects if the API
 * fails before anything is written.
 *
 * @param onStatus - Told the status before it is written.
 */
export async function exchangeWithApi(
  api: Api,
  request: ApiRequest,
  response: ServerResponse,
  onStatus: (status: number) => void,
): Promise<void> {
  const answer = await api.handle(request)
  if (request.signal.aborted) {
    await release(answer)
    return
  }
  onStatus(answer.status)
  response.writeHead(answer.status, { ...answer.headers })
  if (answer.kind === 'answer') response.end(answer.body)
  else if (request.method === 'HEAD') {
    await release(answer)
    response.end()
  } else await writeChunks(answer, request, response)
}

/** A stream that nobody will read gives back what it holds. */
async function release(answer: ApiAnswer | ApiStream): Promise<void> {
  if (answer.kind === 'stream') await answer.chunks[Symbol.asyncIterator]().return?.()
}

/** The next chunk is asked for when the socket has taken the one before: a slow reader holds up only itself. */
async function writeChunks(
  { chunks }: ApiStream,
  { signal }: ApiRequest,
  response: ServerResponse,
): Promise<void> {
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
