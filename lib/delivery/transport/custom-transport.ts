// A user's HTTP client as a transport.

import {
  FetchHttpClient,
  type HttpClient,
  type HttpClientResponse,
  type HttpFetch,
} from './http-client.js'
import type { Transport, TransportRequest } from './transport.js'

export class CustomTransport implements Transport {
  readonly #client: HttpClient

  constructor(client: HttpClient | HttpFetch) {
    this.#client = typeof client === 'function' ? new FetchHttpClient(client) : client
  }

  async post({
    url,
    headers,
    body,
    timeout,
    signal,
  }: TransportRequest): Promise<HttpClientResponse> {
    const response = await this.#client.makeRequest({
      url,
      method: 'POST',
      headers: { ...headers },
      body: body.toString(),
      httpRequestTimeout: timeout,
      signal,
    })
    // This includes 0, the status of an opaque answer of fetch, which says nothing.
    const { status } = (response as Partial<HttpClientResponse> | null | undefined) ?? {}
    if (!Number.isInteger(status) || Number(status) < 100)
      throw new Error('the httpClient gave no status')
    return response
  }
}
