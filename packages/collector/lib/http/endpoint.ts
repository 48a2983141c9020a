// The port: listens, stops listening, listens again on the same one, and holds the connections.
import { once } from 'node:events'
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Settings } from './options.js'

/** Told of a connection on which something came that is no request; it is answered and closed. */
type BrokenListener = (socket: Duplex, status: number) => void

// Longer than clients keep an idle connection, so that none is closed under a request that is on its way.
const KEEP_ALIVE_TIMEOUT = 65_000

const STATUS_OF_ERROR: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

export class Endpoint {
  readonly #server: Server
  readonly #host: string
  readonly #sockets = new Set<Socket>()
  #port: number
  /** open() and shut() one after the other, however they are called. */
  #turn: Promise<void> = Promise.resolve()

  constructor(settings: Settings, onRequest: RequestListener, onBroken: BrokenListener) {
    this.#host = settings.host
    this.#port = settings.port
    this.#server = createServer(
      {
        requestTimeout: settings.requestTimeout,
        connectionsCheckingInterval: Math.min(1000, settings.requestTimeout),
        keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      },
      onRequest,
    )
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const status = STATUS_OF_ERROR[error.code ?? ''] ?? 400
      // A client that leaves in the middle of its request is answered, in case it still listens, but it has left.
      if (error.code !== 'ECONNRESET' && error.code !== 'HPE_INVALID_EOF_STATE') {
        onBroken(socket, status)
      }
      answerRaw(socket, status)
    })
    // Without a listener Node hangs up on CONNECT without a word.
    this.#server.on('connect', (_request, socket) => {
      answerRaw(socket, 405)
    })
    // Errors of listen() reach open(); any other is about a connection that could not be taken.
    this.#server.on('error', () => undefined)
  }

  get port(): number {
    return this.#port
  }

  get url(): string {
    // An address that means "all" is none that one can connect to everywhere.
    const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[this.#host] ?? this.#host
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.#port}`
  }

  get isOpen(): boolean {
    return this.#server.listening
  }

  /** Rejects if the port cannot be had. */
  open(): Promise<void> {
    return this.#next(async () => {
      if (this.#server.listening) return
      this.#server.listen({ port: this.#port, host: this.#host })
      await once(this.#server, 'listening')
      this.#port = (this.#server.address() as AddressInfo).port
    })
  }

  /** Resolves when the port is free and no connection is left. */
  shut(): Promise<void> {
    return this.#next(async () => {
      if (!this.#server.listening) return
      const closed = once(this.#server, 'close')
      this.#server.close()
      for (const socket of this.#sockets) socket.destroy()
      await closed
    })
  }

  #next(step: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(step)
    this.#turn = done.catch(() => undefined)
    return done
  }
}

function answerRaw(socket: Duplex, status: number): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  // Whatever else goes wrong with this connection, it is over.
  socket.on('error', () => undefined)
  const body = `{"success":false,"message":"${STATUS_CODES[status] ?? ''}"}`
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
