// What a request of any framework gives: its Cookie header, its host, and the object that stands for it.
import { isObject, wrongArgument } from './arguments.js'

/**
 * Anything that carries cookies: a Node, Express, Koa or Fastify request or context, a Fetch `Request` or `Headers`
 * (Hono, Next.js), a serverless event, an object of headers with names in any case, or a Cookie header itself.
 * `undefined` and `null` are a request without cookies, so that `req.headers.cookie` and `headers.get('cookie')` can be
 * passed as they come.
 */
export type CookieSource = string | object | null | undefined

type Fields = Readonly<Record<string, unknown>>

// Where frameworks keep the request they wrap: Fastify and Hono `raw`, Koa and Hono `req`, others `request`.
const WRAPPED = ['raw', 'req', 'request'] as const
const MAX_WRAPPINGS = 3

/** @throws TypeError where the request can be none: a number, a boolean, a function. */
export function checkRequest(request: unknown, argument: string): CookieSource {
  if (request === undefined || typeof request === 'string' || typeof request === 'object') {
    return request
  }
  const allowed = 'a request, Fetch Headers, an object of headers or a Cookie header'
  throw wrongArgument(argument, allowed, request)
}

/** The raw Cookie header, several of them joined; empty where there is none. */
export function cookieHeaderOf(request: CookieSource): string {
  if (typeof request === 'string') return request
  if (!isObject(request)) return ''
  if (Array.isArray(request)) return joined(request) ?? ''
  const carrier = carrierOf(request)
  const header = headerOf(headersOf(carrier) ?? carrier, 'cookie')
  // API Gateway's events (version 2) have the raw cookies in a list beside the headers.
  return header ?? joined(carrier.cookies) ?? parsedCookies(carrier.cookies) ?? ''
}

/**
 * The host that the browser addressed, port and all. A framework's `hostname` goes before the Host header: it follows
 * the proxies that the app said it trusts. X-Forwarded-Host by itself is never read, since anyone can send it.
 */
export function hostOf(request: unknown): string | undefined {
  if (!isObject(request)) return undefined
  let fields = request as Fields
  for (let i = 0; i < MAX_WRAPPINGS; i++) {
    if (headersOf(fields) !== undefined && isFilled(fields.hostname)) return fields.hostname
    const inner = wrappedIn(fields)
    if (inner === undefined) break
    fields = inner
  }
  const carrier = carrierOf(request)
  const headers = headersOf(carrier) ?? carrier
  return headerOf(headers, 'host') ?? headerOf(headers, ':authority') ?? hostOfUrl(carrier.url)
}

/** The innermost request object, so that a context and the request it wraps are one; undefined for mere headers. */
export function requestObjectOf(request: unknown): object | undefined {
  if (!isObject(request)) return undefined
  let fields = request as Fields
  for (let i = 0; i < MAX_WRAPPINGS; i++) {
    const inner = wrappedIn(fields)
    if (inner === undefined) break
    fields = inner
  }
  return headersOf(fields) === undefined ? undefined : fields
}

/** The object nearest to the caller's that has headers: the request itself, or one it wraps. */
function carrierOf(request: object): Fields {
  let fields = request as Fields
  for (let i = 0; i < MAX_WRAPPINGS && headersOf(fields) === undefined; i++) {
    const inner = wrappedIn(fields)
    if (inner === undefined) break
    fields = inner
  }
  return fields
}

function wrappedIn(fields: Fields): Fields | undefined {
  // A Headers or Map has methods, never a request inside.
  for (const name of WRAPPED) {
    const inner = fields[name]
    if (isObject(inner) && !Array.isArray(inner)) return inner as Fields
  }
  return undefined
}

function headersOf(fields: Fields): Fields | undefined {
  return isObject(fields.headers) ? (fields.headers as Fields) : undefined
}

interface HeadersLike {
  get(name: string): unknown
}

function hasGetter(headers: object): headers is HeadersLike {
  // `has` as well: Express requests and Koa contexts have a `get` of their own.
  return 'get' in headers && typeof headers.get === 'function' && 'has' in headers
}

function headerOf(headers: Fields, name: string): string | undefined {
  // Fetch Headers refuse ":authority" as a name.
  if (hasGetter(headers)) return name.startsWith(':') ? undefined : joined(headers.get(name))
  if (Object.hasOwn(headers, name)) return joined(headers[name])
  const key = Object.keys(headers).find(
    (key) => key.length === name.length && key.toLowerCase() === name,
  )
  return key === undefined ? undefined : joined(headers[key])
}

/** A header's text; several Cookie headers are one list of cookies (RFC 9113, section 8.2.3). */
function joined(value: unknown): string | undefined {
  if (isFilled(value)) return value
  if (!Array.isArray(value)) return undefined
  const texts = value.filter(isFilled)
  return texts.length === 0 ? undefined : texts.join('; ')
}

/**
 * Cookies that a framework parsed, for a request which has no raw header left. They were url-decoded already, so what
 * would be decoded again is escaped; the ids that SDKs write without any encoding come out right but for "%" and ";".
 */
function parsedCookies(cookies: unknown): string | undefined {
  if (!isObject(cookies) || Array.isArray(cookies)) return undefined
  return Object.entries(cookies)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .map(([name, value]) => `${name}=${value.replace(/[%;]/g, encodeURIComponent)}`)
    .join('; ')
}

function hostOfUrl(url: unknown): string | undefined {
  // A Node request's url is a path, a Fetch Request's is absolute.
  if (!isFilled(url) || !url.startsWith('http')) return undefined
  try {
    return new URL(url).host
  } catch {
    return undefined
  }
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
