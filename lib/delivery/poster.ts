// Makes one attempt: sends the body as a POST, and turns the outcome into an AttemptResult.

import { debuglog, promisify } from 'node:util'
import { errorText } from '../runtime/describe-value.js'
import { version } from '../runtime/version.js'
import type { BatchSink, SealedBatch } from './batch-sink.js'
import type { AttemptResult } from './transport/answer.js'
import { AttemptTimeout, orAbort, withTimeout } from './transport/with-timeout.js'
import type { Credentials } from './auth/credentials.js'
import { NoHttpClient } from './transport/fetch-transport.js'
import { plainHeaders, type HttpClientResponse } from './transport/http-client.js'
import { plainError } from './transport/plain-error.js'
import type { RequestProgress, Transport } from './transport/transport.js'

const debug = debuglog('selfsame')

/** A request as listeners receive it, without the write key and the OAuth token. */
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
  credentials: Credentials
  httpRequestTimeout: number
  gzip: boolean
  transport: Transport
  onRequest?: (() => ((event: HttpRequestEvent) => void) | undefined) | undefined
  onResponse?: (() => ((event: HttpResponseEvent) => void) | undefined) | undefined
}

/** Sends batches over HTTP. */
export class Poster implements BatchSink {
  readonly #options: PosterOptions
  readonly #headers: Record<string, string>

  constructor(options: PosterOptions) {
    this.#options = options
    this.#headers = {
      'Content-Type': 'application/json',
      'User-Agent': `selfsame/${version}`,
      ...(options.gzip ? { 'Content-Encoding': 'gzip' } : {}),
    }
  }

  /** Milliseconds for one attempt. */
  get timeout(): number {
    return this.#options.httpRequestTimeout
  }

  async send(batch: SealedBatch, retryCount: number, signal: AbortSignal): Promise<AttemptResult> {
    const { credentials, httpRequestTimeout } = this.#options
    const given = credentials.authorize(signal)
    const authorization = typeof given === 'string' ? given : await given
    if (typeof authorization !== 'string') return authorization
    const headers = {
      ...this.#headers,
      Authorization: authorization,
      ...(retryCount > 0 ? { 'X-Retry-Count': String(retryCount) } : {}),
    }
    // Not earlier: the body has the time at which it is sent, and waiting for a token may take time.
    const body = batch.body()
    let progress: RequestProgress | undefined
    const onStart = (started: RequestProgress): void => void (progress = started)
    try {
      const answer = await withTimeout(httpRequestTimeout, signal, (bounds) =>
        this.#try(headers, body, bounds, onStart),
      )
      if (credentials.isStale(authorization, answer.status)) answer.isStale = true
      return answer
    } catch (error) {
      const secrets = [authorization.replace(/^\w+ /, ''), credentials.writeKey]
      return failedResult(error, plainError(error, secrets), progress)
    }
  }

  async #try(
    headers: Record<string, string>,
    body: Buffer,
    signal: AbortSignal,
    onStart: (progress: RequestProgress) => void,
  ): Promise<AttemptResult & { status: number }> {
    const { url, transport, gzip, httpRequestTimeout: timeout, credentials } = this.#options
    this.#tellRequest(headers, body)
    const whole = withFields(body, credentials.bodyFields)
    const request = transport.post({
      url,
      headers,
      body: gzip ? await compress(whole) : whole,
      timeout,
      signal,
      onStart,
    })
    return await this.#answerOf(await orAbort(request, signal), body, signal)
  }

  /** The server has answered, and its status counts whatever is wrong with the rest of the answer. */
  async #answerOf(
    response: HttpClientResponse,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<AttemptResult & { status: number }> {
    const answer: AttemptResult & { status: number } = { status: response.status }
    try {
      const headers = plainHeaders(response.headers)
      answer.retryAfter = headers['retry-after']
      this.#tellResponse(response, headers, body)
      await readToEnd(response, signal)
    } catch (error) {
      debug('the rest of the answer %d: %s', answer.status, errorText(error))
    }
    return answer
  }

  #tellRequest(headers: Record<string, string>, body: Buffer): void {
    const { url, credentials, onRequest } = this.#options
    const tell = onRequest?.()
    tell?.({
      url,
      method: 'POST',
      headers: { ...headers, Authorization: credentials.shown },
      body: body.toString(),
    })
  }

  #tellResponse(response: HttpClientResponse, headers: Record<string, string>, body: Buffer): void {
    const tell = this.#options.onResponse?.()
    const { status, statusText = '' } = response
    tell?.({ url: this.#options.url, status, statusText, headers, body: body.toString() })
  }
}

/** The result of an attempt that threw. */
function failedResult(
  thrown: unknown,
  error: Error,
  progress: RequestProgress | undefined,
): AttemptResult {
  if (AttemptTimeout.is(thrown))
    return { error, isSlow: progress === undefined || progress.isUnderway }
  if (NoHttpClient.is(thrown)) return { error, isFinal: true }
  // The errors of Node's HTTP parser.
  const { code = '' } = error as NodeJS.ErrnoException
  if (!code.startsWith('HPE_')) return { error }
  // The parser refused something after the status line, and the status is the answer.
  const { status, retryAfter } = progress ?? {}
  return status === undefined ? { error, isNotHttp: true } : { status, retryAfter }
}

/** A copy of the body with further fields at its end: a batch's own bytes never hold a key. */
function withFields(body: Buffer, fields: string): Buffer {
  return fields === '' ? body : Buffer.concat([body.subarray(0, -1), Buffer.from(`${fields}}`)])
}

// zlib is loaded only if needed, so that importing the library stays cheap.
async function compress(body: Buffer): Promise<Buffer> {
  const { gzip } = await import('node:zlib')
  return promisify(gzip)(body)
}

/** Reads the answer to its end, so that the connection can be reused. */
async function readToEnd(response: HttpClientResponse, signal: AbortSignal): Promise<void> {
  const read = response.arrayBuffer ?? response.text
  if (read) await orAbort(Promise.resolve(read.call(response)), signal)
}
