// The interface of a user's HTTP client, which is that of @segment/analytics-node.

/** One request to make. */
export interface HttpClientRequest {
  url: string
  method: 'POST'
  headers: Record<string, string>
  /** JSON text. */
  body: string
  /** Milliseconds after which the request is given up. */
  httpRequestTimeout: number
  /** Aborted after `httpRequestTimeout`, and when the client is closed. */
  signal?: AbortSignal
}

/** The answer to it: a `Response` of fetch, or as much of one. */
export interface HttpClientResponse {
  status: number
  statusText?: string | undefined
  headers?: HeadersLike | undefined
  /** Read to its end, so that the connection can serve again. */
  arrayBuffer?: (() => Promise<unknown>) | undefined
  text?: (() => Promise<string>) | undefined
}

/** A `Headers`, a Map, anything with their `entries()`, or an object by name. */
export type HeadersLike = IterableHeaders | Readonly<Record<string, unknown>>

interface IterableHeaders {
  entries(): Iterable<[name: string, value: unknown]>
}

/** A client of your own: for a proxy, for tracing, for tests. selfsame itself needs Node's modules. */
export interface HttpClient {
  makeRequest(request: HttpClientRequest): Promise<HttpClientResponse>
}

/** A function that is called as `fetch` is. */
export type HttpFetch = (
  url: string,
  request: Omit<HttpClientRequest, 'httpRequestTimeout'>,
) => Promise<HttpClientResponse>

/** A fetch-like function, by default the global one, as a client. */
export class FetchHttpClient implements HttpClient {
  readonly #fetch: HttpFetch

  constructor(fetchLike: HttpFetch = (url, request) => fetch(url, request)) {
    this.#fetch = fetchLike
  }

  async makeRequest(request: HttpClientRequest): Promise<HttpClientResponse> {
    const {
      httpRequestTimeout,
      signal = AbortSignal.timeout(httpRequestTimeout),
      ...rest
    } = request
    return this.#fetch(rest.url, { ...rest, signal })
  }
}

/** The headers of an answer as a plain object, names in lower case. */
export function plainHeaders(headers: HeadersLike | undefined): Record<string, string> {
  const entries =
    headers === undefined ? [] : isIterable(headers) ? headers.entries() : Object.entries(headers)
  const plain: Record<string, string> = {}
  for (const [key, value] of entries) {
    // Whatever the caller's client makes of them.
    const name = key
    if (typeof value === 'string' || typeof value === 'number')
      plain[name.toLowerCase()] = String(value)
    else if (Array.isArray(value)) plain[name.toLowerCase()] = value.join(', ')
  }
  return plain
}

function isIterable(headers: HeadersLike): headers is IterableHeaders {
  return typeof headers.entries === 'function'
}
