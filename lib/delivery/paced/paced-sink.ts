// Paces retries. First tries are paced by the outbox.

import { Sleepers } from '../sleep.js'
import type { BatchSink } from '../batch-sink.js'
import type { RateLimit } from './rate-limit.js'

/** Without this, all requests in flight would be retried at once after an outage, ahead of the pace. */
export class PacedSink implements BatchSink {
  readonly #sink: BatchSink
  readonly #limit: RateLimit
  readonly #count: number
  readonly #sleepers = new Sleepers()

  /** @param count the messages of a full batch, which each retry is assumed to carry */
  constructor(sink: BatchSink, limit: RateLimit, count: number) {
    this.#sink = sink
    this.#limit = limit
    this.#count = count
  }

  get timeout(): number {
    return this.#sink.timeout
  }

  async send(...args: Parameters<BatchSink['send']>): ReturnType<BatchSink['send']> {
    const [, retryCount, signal] = args
    if (retryCount > 0) {
      for (let { wait } = this.#limit; wait > 0 && !signal.aborted; { wait } = this.#limit) {
        await this.#sleepers.sleep(Math.ceil(wait), signal)
      }
      this.#limit.spend(this.#count)
    }
    return await this.#sink.send(...args)
  }
}
