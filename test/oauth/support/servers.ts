// An authorization server that checks every assertion, and a tracking API that takes its tokens.

import { verify, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

async function listen(listener: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

export interface Assertion {
  header: Record<string, unknown>
  payload: Record<string, unknown>
  scope: string | null
}

/** What is done with a request instead of what is right. */
export type Trouble = (response: ServerResponse, request: IncomingMessage) => void

export const answering =
  (status: number, body = '', headers: Record<string, string> = {}): Trouble =>
  (response) =>
    void response.writeHead(status, headers).end(body)

/** The authorization server. */
export class TokenServer {
  readonly url: string
  /** Every request that came, in order; a wrong one is in `problems` too. */
  readonly assertions: Assertion[] = []
  readonly problems: string[] = []
  readonly issued: string[] = []
  /** Waits for its turn: each is done to one request. */
  readonly troubles: Trouble[] = []
  /** Done to every request. */
  trouble: Trouble | undefined
  requests = 0
  /** Seconds. */
  life = 3_600
  /** By how much its clock is ahead, in milliseconds. */
  ahead = 0
  readonly #keys: Map<string, KeyObject>
  readonly #server: Server

  private constructor(server: Server, url: string, keys: Map<string, KeyObject>) {
    this.#server = server
    this.url = url
    this.#keys = keys
  }

  static async start(keys: Record<string, KeyObject>): Promise<TokenServer> {
    const holder: { tokens?: TokenServer } = {}
    const { server, url } = await listen((request, response) => {
      void holder.tokens?.answer(request, response)
    })
    return (holder.tokens = new TokenServer(server, url, new Map(Object.entries(keys))))
  }

  /** Takes a key away: it is no longer known. */
  revoke(keyId: string): void {
    this.#keys.delete(keyId)
  }

  close(): Promise<void> {
    return end(this.#server)
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++
    const trouble = this.troubles.shift() ?? this.trouble
    const body = await text(request)
    const problem = this.#problemOf(request, body)
    response.setHeader('Date', new Date(Date.now() + this.ahead).toUTCString())
    if (trouble) {
      trouble(response, request)
      return
    }
    if (problem !== undefined) {
      this.problems.push(problem)
      response.writeHead(401).end('{"error":"invalid_client","error_description":"no"}')
      return
    }
    const token = `token-${this.issued.length}-of-${this.url.slice(-5)}`
    this.issued.push(token)
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: this.life }))
  }

  #problemOf(request: IncomingMessage, body: string): string | undefined {
    const { method, url, headers } = request
    if (method !== 'POST' || url !== '/token') return `${method} ${url}`
    if (headers['content-type'] !== 'application/x-www-form-urlencoded') return 'content type'
    if (headers.authorization !== undefined) return 'an Authorization header'
    const form = new URLSearchParams(body)
    if (form.get('grant_type') !== 'client_credentials') return 'grant_type'
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    if (form.get('client_assertion_type') !== type) return 'client_assertion_type'
    const [head = '', claims = '', signature = ''] = (form.get('client_assertion') ?? '').split('.')
    const read = (part: string): Record<string, unknown> =>
      JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
    const [header, payload] = [read(head), read(claims)]
    const before = this.assertions.map((each) => each.payload.jti)
    this.assertions.push({ header, payload, scope: form.get('scope') })
    const key = this.#keys.get(String(header.kid))
    if (!key || header.alg !== 'RS256' || header.typ !== 'JWT') return 'header'
    const signed = Buffer.from(`${head}.${claims}`)
    if (!verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'))) return 'signature'
    if (payload.sub !== 'app-1' || payload.iss !== 'app-1') return 'sub'
    if (payload.aud !== this.url) return 'aud'
    const { iat, exp, jti } = payload as { iat: number; exp: number; jti: string }
    if (!Number.isInteger(iat) || !Number.isInteger(exp)) return 'times that are no whole numbers'
    if (exp - iat > 60 || exp <= iat) return 'life'
    const now = (Date.now() + this.ahead) / 1000
    if (iat > now || exp < now) return 'time'
    if (!/^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/.test(jti) || before.includes(jti)) return 'jti'
    return undefined
  }
}

export interface Tracked {
  authorization: string | undefined
  retryCount: string | undefined
  status: number
  /** Bytes on the wire. */
  length: number
  raw: string
  body: { batch: { event?: string }[]; writeKey?: unknown; sentAt?: unknown }
}

/** The tracking API: it takes what has a good token, and the write key in its body. */
export class TrackingServer {
  readonly url: string
  readonly requests: Tracked[] = []
  /** Tokens that it takes no more. */
  readonly revoked = new Set<string>()
  /** The status for a token that is not good. */
  refusal = 401
  /** Called for every request, before its answer. */
  onRequest: () => void | Promise<void> = () => undefined
  readonly #server: Server
  readonly #tokens: TokenServer

  private constructor(server: Server, url: string, tokens: TokenServer) {
    this.#server = server
    this.url = url
    this.#tokens = tokens
  }

  static async start(tokens: TokenServer): Promise<TrackingServer> {
    const holder: { tracking?: TrackingServer } = {}
    const { server, url } = await listen((request, response) => {
      void holder.tracking?.answer(request, response)
    })
    return (holder.tracking = new TrackingServer(server, url, tokens))
  }

  /** The events that were taken, in order. */
  get events(): (string | undefined)[] {
    return this.requests
      .filter(({ status }) => status === 200)
      .flatMap(({ body }) => body.batch.map(({ event }) => event))
  }

  close(): Promise<void> {
    return end(this.#server)
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const bytes = Buffer.concat(parts)
    const { authorization, 'content-encoding': encoding, ...headers } = request.headers
    const raw = (encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString()
    const body = JSON.parse(raw) as Tracked['body']
    const token = authorization?.replace(/^Bearer /, '') ?? ''
    const isGood = this.#tokens.issued.includes(token) && !this.revoked.has(token)
    const status = isGood && body.writeKey === 'the-write-key' ? 200 : this.refusal
    await this.onRequest()
    const retryCount = headers['x-retry-count'] as string | undefined
    this.requests.push({ authorization, retryCount, status, length: bytes.length, raw, body })
    response.writeHead(status).end('{}')
  }
}
