// Random messageIds: UUIDs of version 4, made many at a time.

import { randomFillSync } from 'node:crypto'

const poolSize = 128
const template = 'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx'
/** The offsets of the two digits of each byte in an id. */
const places = Uint8Array.from([0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34])
const digits = Uint8Array.from(Buffer.from('0123456789abcdef'))

/**
 * crypto.randomUUID() joins each id from twenty pieces, and JSON.stringify has to join them again: together a tenth of
 * a call (bench/message-ids.js). Ids that are slices of one text cost next to nothing.
 */
export class MessageIds {
  readonly #random = new Uint8Array(16 * poolSize)
  /** The ids as ASCII; their hyphens are there from the start. */
  readonly #bytes = Buffer.from(template.repeat(poolSize))
  #text = ''
  #next = 0

  next(): string {
    if (this.#next === this.#text.length) this.#fill()
    return this.#text.slice(this.#next, (this.#next += template.length))
  }

  #fill(): void {
    const random = this.#random
    const bytes = this.#bytes
    randomFillSync(random)
    for (let id = 0; id < poolSize; id++) {
      for (let i = 0; i < 16; i++) {
        let byte = random[id * 16 + i] ?? 0
        // RFC 9562: the version, 4, and the variant, binary 10.
        if (i === 6) byte = (byte & 0x0f) | 0x40
        if (i === 8) byte = (byte & 0x3f) | 0x80
        const at = id * template.length + (places[i] ?? 0)
        bytes[at] = digits[byte >> 4] ?? 0
        bytes[at + 1] = digits[byte & 0x0f] ?? 0
      }
    }
    this.#text = bytes.toString('latin1')
    this.#next = 0
  }
}
