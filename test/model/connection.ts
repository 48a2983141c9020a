// How clients reach the server: by a function in memory, or by real HTTP on loopback.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { AnalyticsOptions } from '../../lib/index.js'
import type { HttpClientResponse } from '../../lib/delivery/transport/http-client.js'
import { holdBack, watchRequests } from './network-activity.js'
import type { Reply, Server } from './server.js'

/** What a connection knows of a client. */
export interface Caller {
  readonly number: number
  readonly isDead: boolean
  /** Runs users' code. */
  run(place: string): unknown
}

export interface Connection {
  optionsFor(caller: Caller): Partial<AnalyticsOptions>
  close(): Promise<void>
}

/** An `httpClient` that behaves as HTTP does, without a network. */
export function inMemory(server: Server): Connection {
  return {
    optionsFor: (caller) => ({
      httpClient: async (_url, { body, signal }) => {
        if (caller.isDead) return await nothing(signal)
        // It may call back, throw, or take its time.
        const running = runClient(caller, server, body)
        signal?.throwIfAborted()
        const reply = server.receive(caller.number, body)
        const end = server.hold(caller.number)
        try {
          if (running !== undefined) await Promise.race([Promise.resolve(running), nothing(signal)])
          return await answered(reply, signal)
        } finally {
          end()
        }
      },
    }),
    close: () => Promise.resolve(),
  }
}

/** Whatever comes of it, the request may fail for that. */
function runClient(caller: Caller, server: Server, body: string): unknown {
  let running: unknown
  let hasReturned = false
  try {
    running = caller.run('the httpClient')
    hasReturned = true
  } finally {
    if (!hasReturned || running !== undefined) server.miss(body)
  }
  return running
}

async function answered(
  { kind, status, retryAfter, delay }: Reply,
  signal: AbortSignal | undefined,
): Promise<HttpClientResponse> {
  if (delay === Infinity) return await nothing(signal)
  if (delay > 0) await within(delay, signal)
  if (kind === 'no-status') return {} as HttpClientResponse
  if (status === undefined) {
    throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
  }
  return {
    status,
    headers: retryAfter === undefined ? {} : { 'Retry-After': retryAfter },
    text: () =>
      kind === 'cut' ? Promise.reject(new Error('aborted')) : Promise.resolve('{"success":true}'),
  }
}

/** Rejects when the signal is aborted. */
function nothing(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal?.reason as Error)
    if (signal?.aborted === true) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

async function within(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await Promise.race([new Promise((resolve) => setTimeout(resolve, milliseconds)), nothing(signal)])
}

/** A real server on loopback, for the client's own transport. */
export async function overHttp(server: Server): Promise<Connection> {
  const callers = new Map<string, Caller>()
  const http = createServer((request, response) => {
    void serve(server, callers.get(request.url ?? ''), request, response)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const stopWatching = watchRequests()
  return {
    optionsFor: (caller) => {
      const path = `/client/${caller.number}`
      callers.set(path, caller)
      return { host: `http://127.0.0.1:${port}`, path }
    },
    close: async () => {
      stopWatching()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

async function serve(
  server: Server,
  caller: Caller | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // One whose connection broke before all of it was there.
  const body = await text(request).catch(() => undefined)
  const goOn = holdBack(request.socket)
  if (!caller || caller.isDead || body === undefined) return
  const { kind, status = 200, retryAfter, delay } = server.receive(caller.number, body)
  if (delay === Infinity) return
  if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay))
  goOn()
  if (kind.startsWith('reset') || kind === 'no-status') {
    request.socket.destroy()
    return
  }
  const headers = retryAfter === undefined ? {} : { 'Retry-After': retryAfter }
  if (kind === 'cut') {
    response.writeHead(status, { ...headers, 'Content-Length': '100' })
    response.write('{', () => request.socket.destroy())
    return
  }
  response.writeHead(status, headers).end('{"success":true}')
}
