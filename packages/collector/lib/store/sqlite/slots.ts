// So many at a time: others wait, and no more than so many of them.
import { StoreUnavailable } from '../errors.js'

export class Slots {
  #free: number
  readonly #mostWaiting: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number, mostWaiting: number) {
    this.#free = count
    this.#mostWaiting = mostWaiting
  }

  /** @throws StoreUnavailable if too many wait already */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else {
      if (this.#waiting.length >= this.#mostWaiting) {
        throw new StoreUnavailable('Too many queries are waiting', { retryAfter: 2 })
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free += 1
    }
  }
}
