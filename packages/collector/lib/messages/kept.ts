// The messages that a collector holds in memory: the newest, in the order they arrived.
import type { CollectedMessage } from './message.js'

export class KeptMessages {
  readonly #limit: number
  readonly #items: CollectedMessage[] = []
  /** How many were let go before the first of the items. */
  #gone = 0

  /** @param limit - How many are held. Up to a tenth more may be, so that one more costs next to nothing. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get items(): readonly CollectedMessage[] {
    return this.#items
  }

  push(message: CollectedMessage): void {
    this.#items.push(message)
    if (this.#items.length <= this.#limit * 1.1) return
    const excess = this.#items.length - this.#limit
    this.#items.splice(0, excess)
    this.#gone += excess
  }

  /** The first message at or after this place, places being counted from the first message that ever came. */
  from(place: number): { readonly message: CollectedMessage; readonly next: number } | undefined {
    const index = Math.max(0, place - this.#gone)
    const message = this.#items[index]
    return message === undefined ? undefined : { message, next: this.#gone + index + 1 }
  }

  clear(): void {
    this.#items.length = 0
    this.#gone = 0
  }
}
