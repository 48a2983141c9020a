// The pace of what is sent again. First tries are paced where batches are taken.

import { Sleepers } from '../delivery/sleep.js'
import { Poster, type PosterOptions } from '../delivery/poster.js'
import type { Pacer } from './pacer.js'

/** After an outage all requests in flight would go at once, ahead of the pace. */
export class PacedPoster extends Poster {
  readonly #pacer: Pacer
  readonly #count: number
  readonly #sleepers = new Sleepers()

  /** @param count the messages of a full batch: what a retry is taken to carry */
  constructor(options: PosterOptions, pacer: Pacer, count: number) {
    super(options)
    this.#pacer = pacer
    this.#count = count
  }

  override async post(
    ...args: Parameters<Poster['post']>
  ): Promise<Awaited<ReturnType<Poster['post']>>> {
    const [, retryCount, signal] = args
    if (retryCount > 0) {
      for (let { wait } = this.#pacer; wait > 0 && !signal.aborted; { wait } = this.#pacer) {
        await this.#sleepers.sleep(Math.ceil(wait), signal)
      }
      this.#pacer.spend(this.#count)
    }
    return await super.post(...args)
  }
}
