// Reads the facts of a Node request, some of which a framework may provide.

import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { RequestFacts } from './request-context.js'

/** What frameworks compute from the proxies that they trust. What is left out is taken from the connection. */
export interface Trusted {
  readonly ip?: string | undefined
  readonly protocol?: string | undefined
  /** With the port; empty if there is none. */
  readonly host?: string | undefined
  /** Path and query, before a router has shortened them. */
  readonly originalUrl?: string | undefined
}

export function factsOf(request: IncomingMessage, trusted: Trusted): RequestFacts {
  const { headers } = request
  // Requests made by an adapter (serverless, tests) may have none.
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
