// One try: a body goes out as a POST, and what comes back is told as an answer.

import { debuglog, promisify } from 'node:util'
import { errorOf, textOf } from '../describe.js'
import { version } from '../version.js'
import type { Answer } from './answer.js'
import { plainHeaders, type HttpClientResponse } from './http-client.js'
import { idleTimer } from './timer.js'
import type { Transport } from './transport.js'

const debug = debuglog('selfsame')

/** A request or an answer, as listeners are told of it. The write key is left out. */
export interface HttpRequestEvent {
  url: string
  method: 'POST'
  headers: Record<string, string>
  body: string
}
export interface HttpResponseEvent {
  url: string
  status: number
  statusText: string
  headers: Record<string, string>
  body: string
}

export interface PosterOptions {
  url: string
  writeKey: string
  httpRequestTimeout: number
  gzip: boolean
  transport: Transport
  onRequest?: (() => ((event: HttpRequestEvent) => void) | undefined) | undefined
  onResponse?: (() => ((event: HttpResponseEvent) => void) | undefined) | undefined
}

/** Makes single tries. It never throws: what goes wrong is an answer too. */
export class Poster {
  readonly #options: PosterOptions
  readonly #headers: Record<string, string>

  constructor(options: PosterOptions) {
    this.#options = options
    this.#headers = {
      'Content-Type': 'application/json',
      'User-Agent': `selfsame/${version}`,
      // Segment HTTP API, Authentication: the write key as the user, no password, the colon included.
      Authorization: `Basic ${Buffer.from(`${options.writeKey}:`).toString('base64')}`,
      ...(options.gzip ? { 'Content-Encoding': 'gzip' } : {}),
    }
  }

  async post(body: Buffer, retryCount: number, signal: AbortSignal): Promise<Answer> {
    const { url, transport, gzip, httpRequestTimeout: timeout } = this.#options
    const headers =
      retryCount > 0 ? { ...this.#headers, 'X-Retry-Count': String(retryCount) } : this.#headers
    const attempt = new AbortController()
    const abort = (): void => {
      attempt.abort(signal.reason)
    }
    signal.addEventListener('abort', abort)
    const timer = idleTimer(() => {
      attempt.abort(timeoutError(timeout))
    }, timeout)
    try {
      this.#tellRequest(headers, body)
      const request = transport.post({
        url,
        headers,
        body: gzip ? await compress(body) : body,
        timeout,
        signal: attempt.signal,
      })
      const response = await orAbort(request, attempt.signal)
      return await this.#answerOf(response, body, attempt.signal)
    } catch (error) {
      return { error: attempt.signal.aborted ? errorOf(attempt.signal.reason) : plainError(error) }
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  }

  /** The server has answered. Whatever is wrong with the rest of its answer, that holds. */
  async #answerOf(
    response: HttpClientResponse,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<Answer> {
    const answer: Answer = { status: response.status }
    try {
      const headers = plainHeaders(response.headers)
      answer.retryAfter = headers['retry-after']
      this.#tellResponse(response, headers, body)
      await readToEnd(response, signal)
    } catch (error) {
      debug('the rest of the answer %d: %s', answer.status, textOf(error))
    }
    return answer
  }

  #tellRequest(headers: Record<string, string>, body: Buffer): void {
    const tell = this.#options.onRequest?.()
    tell?.({
      url: this.#options.url,
      method: 'POST',
      headers: withoutKey(headers),
      body: body.toString(),
    })
  }

  #tellResponse(response: HttpClientResponse, headers: Record<string, string>, body: Buffer): void {
    const tell = this.#options.onResponse?.()
    const { status, statusText = '' } = response
    tell?.({ url: this.#options.url, status, statusText, headers, body: body.toString() })
  }
}

// zlib is loaded where it is wanted only: importing the library stays cheap.
async function compress(body: Buffer): Promise<Buffer> {
  const { gzip } = await import('node:zlib')
  return promisify(gzip)(body)
}

function withoutKey(headers: Record<string, string>): Record<string, string> {
  return { ...headers, Authorization: 'Basic [write key]' }
}

/** Rejects with the signal's reason as soon as it is aborted, also where the client pays no heed to it. */
async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // Whichever loses the race is of no interest any more, and must not end as an unhandled rejection.
  promise.catch(() => undefined)
  return await new Promise<T>((resolve, reject) => {
    const abort = (): void => {
      reject(errorOf(signal.reason))
    }
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort)
    })
  })
}

/** So that the connection can serve again. */
async function readToEnd(response: HttpClientResponse, signal: AbortSignal): Promise<void> {
  const read = response.arrayBuffer ?? response.text
  if (read) await orAbort(Promise.resolve(read.call(response)), signal)
}

function timeoutError(milliseconds: number): Error {
  return Object.assign(new Error(`no answer within ${milliseconds} ms`), { code: 'ETIMEDOUT' })
}

/**
 * What is safe to show of a client's error: its message and code. Errors of HTTP clients carry the request, and with it
 * the write key and the traits.
 */
function plainError(error: unknown): Error {
  const { message, code, cause } = errorOf(error) as NodeJS.ErrnoException & { cause?: unknown }
  const inner = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined
  const known = inner ?? code
  return Object.assign(
    new Error([message, known].find(Boolean) ?? 'the request failed'),
    known === undefined ? {} : { code: known },
  )
}
