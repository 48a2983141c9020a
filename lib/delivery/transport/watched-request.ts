// Node's http and https as axios' `transport`. It also knows what axios does not report: whether any of a request was
// sent, and the status of an answer that Node's parser refused.

import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { Socket } from 'node:net'
import type { RequestProgress } from './transport.js'

interface RequestModule {
  request(options: RequestOptions, onResponse?: (response: IncomingMessage) => void): ClientRequest
}

/** In bytes. A status line is far shorter, but answers with a status below 200 may come before it. */
const maxHead = 2_048

export class WatchedRequest implements RequestProgress {
  readonly #http: RequestModule
  readonly #https: RequestModule
  #socket: Socket | undefined
  #bytesBefore = 0
  #head = ''

  constructor(http: RequestModule, https: RequestModule) {
    this.#http = http
    this.#https = https
  }

  /** As `http.request`. */
  request(options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest {
    const module = options.protocol === 'https:' ? this.#https : this.#http
    return module.request(options, onResponse).once('socket', (socket) => this.#watch(socket))
  }

  get isUnderway(): boolean {
    return this.#socket !== undefined && this.#socket.bytesWritten > this.#bytesBefore
  }

  get status(): number | undefined {
    return this.#answer?.status
  }

  get retryAfter(): string | undefined {
    const [header = ''] = (this.#answer?.text ?? '').split(/\r?\n\r?\n/, 1)
    return /^retry-after:[ \t]*(.*?)[ \t]*\r?$/im.exec(header)?.[1]
  }

  /** The final answer, from its status line on, after any with a status below 200. */
  get #answer(): { status: number; text: string } | undefined {
    let text = this.#head
    for (;;) {
      const line = /^HTTP\/1\.[01] ([1-5]\d\d)(?=[ \r\n])/.exec(text)
      if (!line) return undefined
      const status = Number(line[1])
      if (status >= 200) return { status, text }
      const end = /\r?\n\r?\n/.exec(text)
      if (!end) return undefined
      text = text.slice(end.index + end[0].length)
    }
  }

  #watch(socket: Socket): void {
    this.#socket = socket
    this.#bytesBefore = socket.bytesWritten
    const read = (part: Buffer): void => {
      this.#head += part.toString('latin1', 0, maxHead - this.#head.length)
      if (this.#head.length >= maxHead) socket.off('data', read)
    }
    // Before Node's own listener, which may destroy the socket.
    socket.prependListener('data', read)
    socket.once('free', () => socket.off('data', read))
  }
}
