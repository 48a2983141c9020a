// The pace of retries. First tries are paced where batches are taken.

import { Sleepers } from '../sleep.js'
import type { Poster } from '../poster.js'
import type { RateLimit } from './rate-limit.js'

/** After an outage all requests in flight would go at once, ahead of the pace. */
export class PacedPoster implements Pick<Poster, 'post' | 'timeout'> {
  readonly #poster: Poster
  readonly #limit: RateLimit
  readonly #count: number
  readonly #sleepers = new Sleepers()

  /** @param count the messages of a full batch: what a retry is taken to carry */
  constructor(poster: Poster, limit: RateLimit, count: number) {
    this.#poster = poster
    this.#limit = limit
    this.#count = count
  }

  get timeout(): number {
    return this.#poster.timeout
  }

  async post(...args: Parameters<Poster['post']>): ReturnType<Poster['post']> {
    const [, retryCount, signal] = args
    if (retryCount > 0) {
      for (let { wait } = this.#limit; wait > 0 && !signal.aborted; { wait } = this.#limit) {
        await this.#sleepers.sleep(Math.ceil(wait), signal)
      }
      this.#limit.spend(this.#count)
    }
    return await this.#poster.post(...args)
  }
}
