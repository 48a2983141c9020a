// Reads and replaces the Set-Cookie headers of a response of any framework.

import { wrongArgument } from './readers/arguments.js'
import { attempt, hasMethods, isObject, peek } from './readers/probe.js'

/** What setting cookies needs of a response. */
export interface ResponseCookies {
  /** Whether the headers were already sent, so that nothing can be set. */
  readonly sent: boolean
  read(): readonly string[]
  /** @returns whether they were set */
  write(cookies: readonly string[]): boolean
}

interface NodeResponse {
  getHeader(name: string): unknown
  setHeader(name: string, value: readonly string[]): unknown
}

interface FastifyReply {
  getHeader(name: string): unknown
  removeHeader(name: string): unknown
  header(name: string, value: readonly string[]): unknown
}

type FetchHeaders = Pick<Headers, 'append' | 'delete' | 'getSetCookie'>

const maxWrappings = 3
const allowed =
  'a Node, Express, Koa or Fastify response, a Fetch Response or Headers, or a context with one'

/**
 * @param response A Node or Express response, a Koa context or its response, a Fastify reply, a Fetch `Headers` or
 * `Response`, or a Hono context.
 * @throws TypeError if it is none of them.
 */
export function cookiesOfResponse(response: unknown, caller: string): ResponseCookies {
  let object = response
  for (let i = 0; i < maxWrappings && isObject(object); i++) {
    if (isFetchHeaders(object)) return new FetchCookies(object, caller)
    const headers = peek(object, 'headers')
    if (isFetchHeaders(headers)) return new FetchCookies(headers, caller)
    if (isNodeResponse(object)) return new NodeCookies(object)
    // Checked before its `raw`: the headers that Fastify collects overwrite those of the raw response.
    if (isFastifyReply(object)) return new FastifyCookies(object)
    if (isBroken(object)) return closed
    object = peek(object, 'res') ?? peek(object, 'raw')
  }
  throw wrongArgument(`${caller}: response`, allowed, response)
}

/** The request that a response answers, if the framework says so. */
export function requestOfResponse(response: unknown): object | undefined {
  if (!isObject(response)) return undefined
  const request = peek(response, 'request')
  if (isObject(request)) return request
  const req = peek(response, 'req')
  return isObject(req) ? req : undefined
}

/** Reading it throws (a revoked Proxy). It is treated like a response whose headers were sent. */
function isBroken(response: object): boolean {
  return !succeeds(() =>
    ['headers', 'getHeader', 'res', 'raw'].map((name) => Reflect.get(response, name) as unknown),
  )
}

const closed: ResponseCookies = { sent: true, read: () => [], write: () => false }

class NodeCookies implements ResponseCookies {
  readonly #response: NodeResponse

  constructor(response: NodeResponse) {
    this.#response = response
  }

  get sent(): boolean {
    return peek(this.#response, 'headersSent') === true
  }

  read(): readonly string[] {
    return listOf(attempt(() => this.#response.getHeader('Set-Cookie')))
  }

  write(cookies: readonly string[]): boolean {
    return succeeds(() => this.#response.setHeader('Set-Cookie', cookies))
  }
}

class FastifyCookies implements ResponseCookies {
  readonly #reply: FastifyReply

  constructor(reply: FastifyReply) {
    this.#reply = reply
  }

  get sent(): boolean {
    const raw = peek(this.#reply, 'raw')
    return (
      peek(this.#reply, 'sent') === true || (isObject(raw) && peek(raw, 'headersSent') === true)
    )
  }

  read(): readonly string[] {
    return listOf(attempt(() => this.#reply.getHeader('set-cookie')))
  }

  write(cookies: readonly string[]): boolean {
    return succeeds(() => {
      // For this header, reply.header() appends; for all others it replaces.
      this.#reply.removeHeader('set-cookie')
      this.#reply.header('set-cookie', [...cookies])
    })
  }
}

class FetchCookies implements ResponseCookies {
  readonly #headers: FetchHeaders
  readonly #caller: string
  // Always false for Fetch: a response is sent after the handler has returned it.
  readonly sent = false

  constructor(headers: FetchHeaders, caller: string) {
    this.#headers = headers
    this.#caller = caller
  }

  read(): readonly string[] {
    return listOf(attempt(() => this.#headers.getSetCookie()))
  }

  write(cookies: readonly string[]): boolean {
    try {
      this.#headers.delete('set-cookie')
    } catch (cause) {
      const remedy = 'those of Response.redirect() and fetch() cannot be changed, a copy can'
      const copy = 'new Response(response.body, response)'
      const message = `${this.#caller}: response must have headers that can be changed; ${remedy}: ${copy}`
      throw new TypeError(message, { cause })
    }
    return succeeds(() => {
      for (const cookie of cookies) this.#headers.append('set-cookie', cookie)
    })
  }
}

function succeeds(code: () => unknown): boolean {
  return attempt(() => (code(), true)) === true
}

function listOf(header: unknown): readonly string[] {
  if (header === undefined || header === null) return []
  return attempt(() => (Array.isArray(header) ? header : [header]).map(String)) ?? []
}

function isFetchHeaders(value: unknown): value is FetchHeaders {
  return isObject(value) && hasMethods(value, 'append', 'delete', 'getSetCookie')
}

function isNodeResponse(value: object): value is NodeResponse {
  return hasMethods(value, 'getHeader', 'setHeader')
}

function isFastifyReply(value: object): value is FastifyReply {
  return hasMethods(value, 'getHeader', 'removeHeader', 'header')
}
