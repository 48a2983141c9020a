// The interface of what makes requests: axios, fetch, or a custom HTTP client.

import type { HttpClientResponse } from './http-client.js'

export interface TransportRequest {
  url: string
  headers: Record<string, string>
  body: Buffer
  /** Milliseconds after which the signal is aborted. */
  timeout: number
  signal: AbortSignal
  /** Called once, with the progress of the request, if the transport knows it. */
  onStart?: ((progress: RequestProgress) => void) | undefined
}

export interface RequestProgress {
  /** Whether bytes were sent on a connection. */
  readonly isUnderway: boolean
  /** The status of the answer, whatever follows it; undefined if none has arrived. */
  readonly status: number | undefined
  /** The `Retry-After` of the answer, if it can be read. */
  readonly retryAfter: string | undefined
}

export interface Transport {
  /** Loads what the first request needs; batches grow meanwhile. */
  load?(): Promise<void>
  post(request: TransportRequest): Promise<HttpClientResponse>
  /** Closes idle connections. */
  close?(): void
}
