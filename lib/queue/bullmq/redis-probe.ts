// Whether Redis answers a worker and takes writes, and which lanes there are.

import type { Cluster, Redis } from 'ioredis'
import { orAbort, withTimeout } from '../../delivery/transport/with-timeout.js'
import { lanesInUse, type QueueNaming } from './queue-names.js'

/** How long Redis may take, in milliseconds. */
const patience = 2_000
/** How long the mark of a worker stays, in milliseconds. */
const markLifetime = 60_000

export class RedisProbe {
  readonly #redis: Redis | Cluster
  readonly #naming: QueueNaming
  /** While Redis is away a command waits in the connection: one at a time. */
  #asked: Promise<number[]> | undefined

  constructor(redis: Redis | Cluster, naming: QueueNaming) {
    this.#redis = redis
    this.#naming = naming
  }

  /** The numbers of lanes that apps have used. Rejects if Redis refuses writes, or does not answer. */
  async lanes(signal = new AbortController().signal): Promise<number[]> {
    this.#asked ??= this.#ask().finally(() => (this.#asked = undefined))
    const asked = this.#asked
    return await withTimeout(patience, signal, (bounds) => orAbort(asked, bounds))
  }

  async #ask(): Promise<number[]> {
    const { name, prefix } = this.#naming
    // A replica, and a Redis that is full or cannot save, answers who only reads.
    await this.#redis.set(`${prefix}:${name}:worker`, Date.now(), 'PX', markLifetime)
    return await lanesInUse(this.#redis, this.#naming)
  }
}
