// The interface of a custom HTTP client, as in @segment/analytics-node.

/** A request to make. */
export interface HttpClientRequest {
  url: string
  method: 'POST'
  headers: Record<string, string>
  /** JSON text. */
  body: string
  /** Milliseconds after which the request is cancelled. */
  httpRequestTimeout: number
  /** Aborted after `httpRequestTimeout`, and when the client is closed. */
  signal?: AbortSignal
}

/** The answer: a `Response` of fetch, or an object with these parts of one. */
export interface HttpClientResponse {
  status: number
  statusText?: string | undefined
  headers?: HeadersLike | undefined
  /** Called to read the answer to its end, so that the connection can be reused. */
  arrayBuffer?: (() => Promise<unknown>) | undefined
  text?: (() => Promise<string>) | undefined
}

/** A `Headers`, a Map, anything with such an `entries()`, or an object with the names as keys. */
export type HeadersLike = IterableHeaders | Readonly<Record<string, unknown>>

interface IterableHeaders {
  entries(): Iterable<[name: string, value: unknown]>
}

/** A custom HTTP client: for a proxy, for tracing, for tests. */
export interface HttpClient {
  makeRequest(request: HttpClientRequest): Promise<HttpClientResponse>
}

/** A function with the signature of `fetch`. */
export type HttpFetch = (
  url: string,
  request: Omit<HttpClientRequest, 'httpRequestTimeout'>,
) => Promise<HttpClientResponse>

/** Makes a client of a fetch-like function, by default the global one. */
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
    // A custom client may return other types.
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
