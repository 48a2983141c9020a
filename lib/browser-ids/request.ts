// Reads a request of any framework: its Cookie header, its host, and the object that identifies it.

import { wrongArgument } from './readers/arguments.js'
import { attempt, hasMethods, isList, isObject, peek } from './readers/probe.js'

/**
 * Anything that carries cookies: a Node, Express, Koa or Fastify request or context, a Fetch `Request` or `Headers`
 * (Hono, Next.js), a serverless event, an object of headers with names in any case, or a Cookie header itself.
 * `undefined` and `null` mean a request without cookies, so that you can pass `req.headers.cookie` or
 * `headers.get('cookie')` directly.
 */
export type CookieSource = string | object | null | undefined

// The fields in which frameworks keep the request they wrap: Fastify and Hono `raw`, Koa and Hono `req`, others `request`.
const wrapped = ['raw', 'req', 'request'] as const
const maxWrappings = 3

/** @throws TypeError if the value cannot be a request: a number, a boolean, a function. */
export function checkRequest(request: unknown, argument: string): CookieSource {
  if (request === undefined || typeof request === 'string' || typeof request === 'object') {
    return request
  }
  const allowed = 'a request, Fetch Headers, an object of headers or a Cookie header'
  throw wrongArgument(argument, allowed, request)
}

/** The raw Cookie header; several are joined. Empty if there is none. */
export function cookieHeaderOf(request: CookieSource): string {
  if (typeof request === 'string') return request
  if (!isObject(request)) return ''
  if (isList(request)) return joined(request) ?? ''
  const carrier = carrierOf(request)
  const header = headerOf(headersOf(carrier) ?? carrier, 'cookie')
  if (header !== undefined) return header
  // Events of API Gateway (version 2) have the raw cookies in a list beside the headers.
  const cookies = peek(carrier, 'cookies')
  return joined(cookies) ?? parsedCookies(cookies) ?? ''
}

/**
 * The host that the browser addressed, perhaps with a port. A framework's `hostname` is preferred to the Host header,
 * because it respects the proxies that the app trusts. X-Forwarded-Host itself is never read, because anyone can send it.
 */
export function hostOf(request: unknown): string | undefined {
  if (!isObject(request)) return undefined
  const hostname = requestsIn(request)
    .map((object) => peek(object, 'hostname'))
    .find(isFilled)
  if (hostname !== undefined) return hostname
  const carrier = carrierOf(request)
  const headers = headersOf(carrier) ?? carrier
  return (
    headerOf(headers, 'host') ?? headerOf(headers, ':authority') ?? hostOfUrl(peek(carrier, 'url'))
  )
}

/** The innermost request object, so that a context and the request in it count as one; undefined for mere headers. */
export function requestObjectOf(request: unknown): object | undefined {
  return isObject(request) ? requestsIn(request).at(-1) : undefined
}

/** The request nearest to the caller's object, and those that it wraps. */
function requestsIn(object: object): readonly object[] {
  const requests: object[] = []
  let request: object | undefined = carrierOf(object)
  while (request !== undefined && headersOf(request) !== undefined) {
    requests.push(request)
    if (requests.length > maxWrappings) break
    // Not `request`: in an object with headers of its own it means something else, or is a getter that throws (Next.js).
    request = wrappedIn(request, ['raw', 'req'])
  }
  return requests
}

/** The outermost object with headers: the request itself, or one that it wraps. */
function carrierOf(object: object): object {
  let carrier = object
  for (let i = 0; i < maxWrappings && headersOf(carrier) === undefined; i++) {
    const inner = wrappedIn(carrier, wrapped)
    if (inner === undefined) break
    carrier = inner
  }
  return carrier
}

function wrappedIn(object: object, names: readonly string[]): object | undefined {
  for (const name of names) {
    const inner = peek(object, name)
    if (isObject(inner) && !isList(inner)) return inner
  }
  return undefined
}

function headersOf(object: object): object | undefined {
  const headers = peek(object, 'headers')
  return isObject(headers) ? headers : undefined
}

function headerOf(headers: object, name: string): string | undefined {
  return attempt(() => joined(headerIn(headers, name)))
}

function headerIn(headers: object, name: string): unknown {
  // Checks `has`, too: Express requests and Koa contexts have a `get` of their own.
  if (hasMethods(headers, 'get', 'has')) {
    // Fetch Headers do not allow ":authority" as a name.
    return name.startsWith(':') ? undefined : (headers as Headers).get(name)
  }
  if (Object.hasOwn(headers, name)) return peek(headers, name)
  const key = Object.keys(headers).find(
    (key) => key.length === name.length && key.toLowerCase() === name,
  )
  return key === undefined ? undefined : peek(headers, key)
}

/** The text of a header. Several Cookie headers form one list of cookies (RFC 9113, section 8.2.3). */
function joined(value: unknown): string | undefined {
  if (isFilled(value)) return value
  if (!isList(value)) return undefined
  const texts = attempt(() => value.filter(isFilled)) ?? []
  return texts.length === 0 ? undefined : texts.join('; ')
}

/**
 * Cookies that a framework has parsed, for a request without the raw header. They are already url-decoded, so what would
 * be decoded again is escaped. Ids that SDKs write without any encoding are read correctly, except for "%" and ";".
 */
function parsedCookies(cookies: unknown): string | undefined {
  if (!isObject(cookies) || isList(cookies)) return undefined
  return attempt(() =>
    Object.entries(cookies)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .map(([name, value]) => `${name}=${value.replace(/[%;]/g, encodeURIComponent)}`)
      .join('; '),
  )
}

function hostOfUrl(url: unknown): string | undefined {
  // A Node request's url is a path, a Fetch Request's is absolute.
  if (!isFilled(url) || !url.startsWith('http')) return undefined
  return attempt(() => new URL(url).host)
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
