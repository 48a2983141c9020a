// An endpoint that counts what arrives, and keeps a bit for each message: a million of them must fit into a test.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

interface Numbered {
  readonly userId: string
  readonly messageId: string
  readonly properties: { readonly n: number }
}

export class Tally {
  /** Different messages. */
  seen = 0
  /** Messages that had arrived before. */
  repeated = 0
  /** Messages that came after a later one of their user: each as a text. */
  readonly misplaced: string[] = []
  readonly #perApp: number
  readonly #bits = new Map<string, Uint8Array>()
  readonly #last = new Map<string, number>()
  readonly #server: Server

  /** @param perApp how many messages each app makes: `<app>-<n>` from 0 */
  static async start(perApp: number): Promise<Tally> {
    const tally = new Tally(perApp)
    tally.#server.listen(0, '127.0.0.1')
    await once(tally.#server, 'listening')
    return tally
  }

  private constructor(perApp: number) {
    this.#perApp = perApp
    this.#server = createServer((request, response) => {
      this.#read(request).then(
        () => response.end('{"success":true}'),
        // Who sends was killed.
        () => response.destroy(),
      )
    })
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** The first messages of each app that have not arrived. */
  missing(apps: readonly string[], most = 5): string[] {
    return apps.flatMap((app) => {
      const numbers = Array.from({ length: this.#perApp }, (_, n) => n)
      return numbers
        .filter((n) => !this.#has(app, n))
        .slice(0, most)
        .map((n) => `${app}-${n}`)
    })
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #read(request: IncomingMessage): Promise<void> {
    const { batch } = JSON.parse(await text(request)) as { batch: Numbered[] }
    for (const message of batch) this.#count(message)
  }

  #count({ userId, messageId, properties: { n } }: Numbered): void {
    const app = messageId.slice(0, messageId.lastIndexOf('-'))
    if (this.#has(app, n)) {
      this.repeated++
      return
    }
    this.#bitsOf(app)[n >> 3]! |= 1 << (n & 7)
    this.seen++
    const last = this.#last.get(userId) ?? -1
    if (n < last) this.misplaced.push(`${messageId} after ${last} of ${userId}`)
    this.#last.set(userId, Math.max(n, last))
  }

  #has(app: string, n: number): boolean {
    return (this.#bitsOf(app)[n >> 3]! & (1 << (n & 7))) !== 0
  }

  #bitsOf(app: string): Uint8Array {
    let bits = this.#bits.get(app)
    if (!bits) this.#bits.set(app, (bits = new Uint8Array((this.#perApp >> 3) + 1)))
    return bits
  }
}
