// What carries a request to the server: axios, or a client of the caller's.

import type { HttpClientResponse } from './http-client.js'

export interface TransportRequest {
  url: string
  headers: Record<string, string>
  body: Buffer
  /** Milliseconds after which the signal is aborted. */
  timeout: number
  signal: AbortSignal
}

export interface Transport {
  /** Loads what the first request needs; batches grow meanwhile. */
  load?(): Promise<void>
  post(request: TransportRequest): Promise<HttpClientResponse>
  /** Closes idle connections. */
  close?(): void
}
