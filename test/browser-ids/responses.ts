// Responses of the frameworks that are not installed here, as far as cookies go, and a server for the real ones.
import { createServer, type IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface TestResponse {
  /** What the handler is given as response. */
  response: unknown
  setCookies: () => readonly string[]
}

type Headers_ = Record<string, string | string[] | undefined>

export function nodeRequest(headers: Headers_ = {}): IncomingMessage {
  return {
    headers: { host: 'app.example.test', ...headers },
    url: '/',
    method: 'GET',
  } as unknown as IncomingMessage
}

const listOf = (value: unknown): readonly string[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as string[]) : [value as string]

export function nodeResponse(request = nodeRequest()): TestResponse & { response: ServerResponse } {
  const response = new ServerResponse(request)
  return { response, setCookies: () => listOf(response.getHeader('Set-Cookie')) }
}

/** Fastify's Reply, whose own headers overwrite those of the raw response when it is sent (fastify/lib/reply.js). */
export function fastifyReply(request = nodeRequest()): TestResponse {
  const raw = new ServerResponse(request)
  const headers = new Map<string, string | string[]>()
  const reply = {
    raw,
    request: { raw: request, headers: request.headers, hostname: request.headers.host },
    sent: false,
    getHeader: (name: string) => headers.get(name.toLowerCase()) ?? raw.getHeader(name),
    removeHeader(name: string) {
      headers.delete(name.toLowerCase())
      return reply
    },
    header(name: string, value: string | string[]) {
      const key = name.toLowerCase()
      const known = headers.get(key)
      headers.set(key, known && key === 'set-cookie' ? [known, value].flat() : value)
      return reply
    },
  }
  return {
    response: reply,
    setCookies: () => listOf(headers.get('set-cookie') ?? raw.getHeader('set-cookie')),
  }
}

/** A Koa context: its own request and response around Node's. */
export function koaContext(request = nodeRequest()): TestResponse & { context: object } {
  const { response, setCookies } = nodeResponse(request)
  const koaRequest = {
    req: request,
    res: response,
    headers: request.headers,
    hostname: 'app.example.test',
  }
  const koaResponse = { req: request, res: response, request: koaRequest, headers: {} }
  const context = {
    req: request,
    res: response,
    request: koaRequest,
    response: koaResponse,
    headers: request.headers,
    hostname: 'app.example.test',
  }
  return { response: context, context, setCookies }
}

export function fetchHeaders(): TestResponse & { response: Headers } {
  const response = new Headers()
  return { response, setCookies: () => response.getSetCookie() }
}

export function fetchResponse(): TestResponse {
  const response = new Response('body')
  return { response, setCookies: () => response.headers.getSetCookie() }
}

/** One request to a bare node:http server on loopback: the Set-Cookie headers as they were on the wire. */
export async function overHttp(
  handler: RequestListener,
  headers: Record<string, string> = {},
): Promise<{ setCookies: readonly string[]; body: string }> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers })
    return { setCookies: answer.headers.getSetCookie(), body: await answer.text() }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
