// The transport if axios is missing: the global fetch.

import type { HttpClientResponse } from './http-client.js'
import { canRunWebAssembly } from './load-axios.js'
import type { Transport, TransportRequest } from './transport.js'

/** What to do about it, for warnings and errors. */
export const cure =
  "Mark 'selfsame' or 'axios' as external in the bundler and deploy node_modules, give an ES module bundle a createRequire banner, or set httpClient: fetch (docs/bundling.md)"

/** This process cannot make requests, so a retry would change nothing. */
export class NoHttpClient extends Error {
  override name = 'NoHttpClient'
  readonly #isOurs = true

  /** Does not touch the value, which may be a Proxy that throws. */
  static is(value: unknown): boolean {
    return typeof value === 'object' && value !== null && #isOurs in value
  }
}

export class FetchTransport implements Transport {
  /** @throws NoHttpClient if this process has no working fetch either */
  constructor() {
    if (typeof fetch !== 'function' || !canRunWebAssembly()) {
      throw new NoHttpClient(`axios cannot be loaded, and there is no global fetch. ${cure}`)
    }
  }

  async post({ url, headers, body, signal }: TransportRequest): Promise<HttpClientResponse> {
    // A redirected POST would become a GET, and its 200 no delivery.
    const request = { method: 'POST', headers, body, signal, redirect: 'manual' } as const
    return await fetch(url, request)
  }
}
