// What carries a request to the server: axios, or a user's HTTP client.

import type { HttpClientResponse } from './http-client.js'

export interface TransportRequest {
  url: string
  headers: Record<string, string>
  body: Buffer
  /** Milliseconds after which the signal is aborted. */
  timeout: number
  signal: AbortSignal
  /** Called once with what can be asked of the request from then on, if the transport knows. */
  onStart?: ((progress: RequestProgress) => void) | undefined
}

export interface RequestProgress {
  /** Whether bytes have gone out on a connection. */
  readonly isUnderway: boolean
  /** The status that the answer begins with, whatever follows it; undefined if none has arrived. */
  readonly status: number | undefined
  /** Its `Retry-After`, as far as that can be read. */
  readonly retryAfter: string | undefined
}

export interface Transport {
  /** Loads what the first request needs; batches grow meanwhile. */
  load?(): Promise<void>
  post(request: TransportRequest): Promise<HttpClientResponse>
  /** Closes idle connections. */
  close?(): void
}
