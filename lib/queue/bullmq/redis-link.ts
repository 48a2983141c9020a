// A connection to Redis for handing over: opened by the attempt that needs it, so that an outage of Redis is one more
// endpoint that is away, and it never holds the process open while nothing is being handed over.

import { Redis, type Cluster, type RedisOptions } from 'ioredis'

/** A URL (`redis://`, `rediss://`), the options of ioredis, or a connection of yours. */
export type RedisConnection = string | RedisOptions | Redis | Cluster

/** It decides about the types of all replies. */
type OwnOptions = Omit<RedisOptions, 'replyMapping'>

export function isClient(connection: RedisConnection): connection is Redis | Cluster {
  return (
    typeof connection === 'object' &&
    typeof (connection as Partial<Redis>).defineCommand === 'function'
  )
}

export function openRedis(connection: string | RedisOptions, own: OwnOptions): Redis {
  return typeof connection === 'string'
    ? new Redis(connection, own)
    : new Redis({ ...(connection as OwnOptions), ...own })
}

export class RedisLink {
  readonly redis: Redis | Cluster
  readonly #isOwn: boolean
  #connecting: Promise<void> | undefined
  #problem: Error | undefined
  #isClosed = false
  /** How many attempts use it now. */
  #users = 0

  constructor(connection: RedisConnection, connectTimeout: number) {
    this.#isOwn = !isClient(connection)
    this.redis = isClient(connection)
      ? connection
      : openRedis(connection, {
          lazyConnect: true,
          connectTimeout,
          // The sender decides when the next attempt comes. A command that waited here would be sent behind its back.
          retryStrategy: () => null,
          sentinelRetryStrategy: () => null,
          enableOfflineQueue: false,
          maxRetriesPerRequest: 0,
        })
    this.redis.on('error', this.#onError)
  }

  readonly #onError = (error: Error): void => {
    this.#problem = error
  }

  /**
   * Runs work with an open connection.
   *
   * @param prepare is run first if the connection is new
   */
  async use<T>(prepare: () => Promise<unknown>, work: () => Promise<T>): Promise<T> {
    this.#users++
    this.#hold()
    try {
      this.#connecting ??= this.#connect(prepare).catch((error: unknown) => {
        this.#connecting = undefined
        throw error
      })
      await this.#connecting
      return await work()
    } finally {
      this.#users--
      this.#hold()
    }
  }

  /** The next attempt connects again: what answered is not the server that it should be. */
  reconnect(): void {
    this.#connecting = undefined
    if (this.#isOwn) this.redis.disconnect()
  }

  close(): void {
    this.#isClosed = true
    this.redis.off('error', this.#onError)
    if (!this.#isOwn) return
    // A late error must not end the process.
    this.redis.on('error', () => undefined)
    this.redis.disconnect()
  }

  async #connect(prepare: () => Promise<unknown>): Promise<void> {
    if (this.#isClosed) throw new Error('the connection to Redis is closed')
    if (this.#isOwn) {
      this.#problem = undefined
      try {
        await this.redis.connect()
      } catch (error) {
        throw this.#reason(error)
      }
      this.redis.once('close', () => (this.#connecting = undefined))
      this.#hold()
    }
    await prepare()
  }

  /** ioredis rejects with `Connection is closed.`, and has emitted the reason before. */
  #reason(error: unknown): unknown {
    return this.#problem ?? error
  }

  /** An idle connection does not hold the process open. */
  #hold(): void {
    if (!this.#isOwn) return
    // There is no socket before the first connection.
    const { stream } = this.redis as Partial<Redis>
    if (this.#users > 0) stream?.ref()
    else stream?.unref()
  }
}
