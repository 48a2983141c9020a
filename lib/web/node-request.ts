// The facts of a Node request, if a framework adds some of its own.

import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { RequestFacts } from './request-context.js'

/** What frameworks compute by their own trust in proxies; what they leave out is taken from the connection. */
export interface Trusted {
  readonly ip?: string | undefined
  readonly protocol?: string | undefined
  /** With the port; empty if there is none. */
  readonly host?: string | undefined
  /** Path and query before any router has cut them. */
  readonly originalUrl?: string | undefined
}

export function factsOf(request: IncomingMessage, trusted: Trusted): RequestFacts {
  const { headers } = request
  // Requests that some adapter has made up (serverless, tests) may have none.
  const socket = request.socket as Partial<TLSSocket> | undefined
  const header = (name: string): string | undefined => {
    const value: unknown = headers[name]
    const first: unknown = Array.isArray(value) ? value[0] : value
    return typeof first === 'string' ? first : undefined
  }
  return {
    ip: trusted.ip ?? socket?.remoteAddress,
    protocol: trusted.protocol ?? (socket?.encrypted === true ? 'https' : 'http'),
    host: trusted.host ?? header('host') ?? header(':authority'),
    target: trusted.originalUrl ?? request.url ?? '/',
    header,
  }
}
