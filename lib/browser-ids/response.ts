// The Set-Cookie headers of a response of any framework: read, replaced as a whole, or already sent.
import { isObject, wrongArgument } from './arguments.js'

/** The one view that writing needs of a response. */
export interface ResponseCookies {
  /** Whether the headers are gone, so that nothing can be set any more. */
  readonly sent: boolean
  read(): readonly string[]
  write(cookies: readonly string[]): void
}

type Fields = Readonly<Record<string, unknown>>

interface NodeResponse {
  headersSent?: unknown
  getHeader(name: string): unknown
  setHeader(name: string, value: readonly string[]): unknown
}

interface FastifyReply {
  sent?: unknown
  raw?: { headersSent?: unknown }
  getHeader(name: string): unknown
  removeHeader(name: string): unknown
  header(name: string, value: readonly string[]): unknown
}

type FetchHeaders = Pick<Headers, 'append' | 'delete' | 'getSetCookie'>

const MAX_WRAPPINGS = 3
const ALLOWED =
  'a Node, Express, Koa or Fastify response, a Fetch Response or Headers, or a context with one'

/**
 * @param response A Node or Express response, a Koa context or its response, a Fastify reply, a Fetch `Headers` or
 * `Response`, or a Hono context.
 * @throws TypeError where it is none of them.
 */
export function cookiesOfResponse(response: unknown, caller: string): ResponseCookies {
  let fields = response
  for (let i = 0; i < MAX_WRAPPINGS && isObject(fields); i++) {
    if (isFetchHeaders(fields)) return new FetchCookies(fields, caller)
    const { headers, res, raw } = fields as Fields
    if (isFetchHeaders(headers)) return new FetchCookies(headers, caller)
    if (isNodeResponse(fields)) return new NodeCookies(fields)
    // Before its `raw`: what Fastify collects itself overwrites the headers of the raw response.
    if (isFastifyReply(fields)) return new FastifyCookies(fields)
    fields = res ?? raw
  }
  throw wrongArgument(`${caller}: response`, ALLOWED, response)
}

/** The request that a response answers, where the framework says so. */
export function requestOfResponse(response: unknown): object | undefined {
  if (!isObject(response)) return undefined
  const { request, req } = response as Fields
  if (isObject(request)) return request
  return isObject(req) ? req : undefined
}

class NodeCookies implements ResponseCookies {
  readonly #response: NodeResponse

  constructor(response: NodeResponse) {
    this.#response = response
  }

  get sent(): boolean {
    return this.#response.headersSent === true
  }

  read(): readonly string[] {
    return listOf(this.#response.getHeader('Set-Cookie'))
  }

  write(cookies: readonly string[]): void {
    this.#response.setHeader('Set-Cookie', cookies)
  }
}

class FastifyCookies implements ResponseCookies {
  readonly #reply: FastifyReply

  constructor(reply: FastifyReply) {
    this.#reply = reply
  }

  get sent(): boolean {
    return this.#reply.sent === true || this.#reply.raw?.headersSent === true
  }

  read(): readonly string[] {
    return listOf(this.#reply.getHeader('set-cookie'))
  }

  write(cookies: readonly string[]): void {
    // reply.header() adds to this one header what it replaces in all others.
    this.#reply.removeHeader('set-cookie')
    this.#reply.header('set-cookie', [...cookies])
  }
}

class FetchCookies implements ResponseCookies {
  readonly #headers: FetchHeaders
  readonly #caller: string
  // Fetch has no such moment: a response is sent after the handler has returned it.
  readonly sent = false

  constructor(headers: FetchHeaders, caller: string) {
    this.#headers = headers
    this.#caller = caller
  }

  read(): readonly string[] {
    return this.#headers.getSetCookie()
  }

  write(cookies: readonly string[]): void {
    try {
      this.#headers.delete('set-cookie')
    } catch (cause) {
      const remedy = 'those of Response.redirect() and fetch() cannot be changed, a copy can'
      const copy = 'new Response(response.body, response)'
      const message = `${this.#caller}: response must have headers that can be changed; ${remedy}: ${copy}`
      throw new TypeError(message, { cause })
    }
    for (const cookie of cookies) this.#headers.append('set-cookie', cookie)
  }
}

function listOf(header: unknown): readonly string[] {
  if (header === undefined || header === null) return []
  return (Array.isArray(header) ? header : [header]).map(String)
}

function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => typeof (value as Fields)[name] === 'function')
}

function isFetchHeaders(value: unknown): value is FetchHeaders {
  return hasMethods(value, 'append', 'delete', 'getSetCookie')
}

function isNodeResponse(value: unknown): value is NodeResponse {
  return hasMethods(value, 'getHeader', 'setHeader')
}

function isFastifyReply(value: unknown): value is FastifyReply {
  return hasMethods(value, 'getHeader', 'removeHeader', 'header')
}
