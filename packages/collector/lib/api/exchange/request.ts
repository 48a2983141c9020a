// A request to the API, and its answer, without the details of node:http.
import type { IncomingHttpHeaders } from 'node:http'

export interface ApiRequest {
  readonly method: string
  /** Of the request line, percent-encoded, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  /**
   * Reads the body and parses it as JSON; undefined if there is none.
   *
   * @param limit - The most bytes.
   * @throws ApiError that says what is wrong with it.
   */
  json(limit: number): Promise<unknown>
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal
}

export type Headers = Readonly<Record<string, string>>

export interface ApiAnswer {
  readonly kind: 'answer'
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** An answer that is written bit by bit. The next chunk is asked for when the reader has taken the one before. */
export interface ApiStream {
  readonly kind: 'stream'
  readonly status: number
  readonly headers: Headers
  readonly chunks: AsyncIterable<string>
}
