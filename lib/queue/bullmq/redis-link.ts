// A connection to Redis for handing over: opened by the attempt that needs it, so that an outage of Redis is one more
// endpoint that is away, and it never holds the process open while nothing is being handed over.

import type { Cluster, Redis } from 'ioredis'
import { openRedis, type ConnectionOptions } from './own-redis.js'

/** A URL (`redis://`, `rediss://`), the options of ioredis, or a connection of yours. */
export type RedisConnection = string | ConnectionOptions | Redis | Cluster

export function isClient(connection: RedisConnection): connection is Redis | Cluster {
  return (
    typeof connection === 'object' &&
    typeof (connection as Partial<Redis>).defineCommand === 'function'
  )
}

export class RedisLink {
  readonly redis: Redis | Cluster
  readonly #isOwn: boolean
  /** The attempts that begin meanwhile share it. */
  #connecting: Promise<void> | undefined
  /** Resolves when the connection that was given up has ended. */
  #ended: Promise<unknown> | undefined
  #problem: Error | undefined
  /** Ends the wait for a connection of the user's. */
  #fail: ((error: Error) => void) | undefined
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
          // It goes through its Sentinels from where the last connection has left it: once more from the first.
          sentinelRetryStrategy: (times) => (times === 1 ? 0 : null),
          enableOfflineQueue: false,
          maxRetriesPerRequest: 0,
        })
    this.redis.on('error', this.#onError)
  }

  readonly #onError = (error: Error): void => {
    this.#problem = error
    this.#fail?.(error)
  }

  /** Runs work with an open connection. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    this.#users++
    this.#hold()
    const connecting = (this.#connecting ??= this.#connect())
    try {
      await connecting.finally(() => {
        if (this.#connecting === connecting) this.#connecting = undefined
      })
      return await work()
    } finally {
      this.#users--
      this.#hold()
    }
  }

  /** The next attempt connects again: what answered is not the server that it should be, or nothing did. */
  reconnect(): void {
    if (!this.#isOwn) return
    this.#connecting = undefined
    if (this.redis.status === 'wait' || this.redis.status === 'end') return
    this.#ended = new Promise((resolve) => this.redis.once('end', resolve))
    this.redis.disconnect()
    // A server that hangs would not answer to a farewell.
    this.#stream?.destroy()
  }

  close(): void {
    this.#isClosed = true
    this.redis.off('error', this.#onError)
    if (!this.#isOwn) return
    // A late error must not end the process.
    this.redis.on('error', () => undefined)
    this.redis.disconnect()
  }

  async #connect(): Promise<void> {
    if (this.#isClosed) throw new Error('the connection to Redis is closed')
    if (!this.#isOwn) await this.#untilReady()
    else if (this.redis.status !== 'ready' || this.#ended) await this.#open()
  }

  /** A connection of the user's would keep commands until it is ready, and send them when nobody waits for them. */
  async #untilReady(): Promise<void> {
    const { redis } = this
    if (redis.status === 'ready') return
    const closed = new Error('Connection is closed.')
    if (redis.status === 'end') throw closed
    if (redis.status === 'wait') redis.connect().catch(() => undefined)
    await new Promise<void>((resolve, reject) => {
      const end = (error?: Error): void => {
        this.#fail = undefined
        redis.off('ready', ready).off('end', ended)
        if (error) reject(error)
        else resolve()
      }
      const ready = (): void => {
        end()
      }
      const ended = (): void => {
        end(closed)
      }
      this.#fail = end
      redis.once('ready', ready).once('end', ended)
    })
  }

  async #open(): Promise<void> {
    await this.#ended
    this.#ended = undefined
    this.#problem = undefined
    try {
      await this.redis.connect()
    } catch (error) {
      throw this.#reason(error)
    }
    this.#hold()
  }

  /** ioredis rejects with `Connection is closed.`, and has emitted the reason before. */
  #reason(error: unknown): unknown {
    return this.#problem ?? error
  }

  /** An idle connection does not hold the process open. */
  #hold(): void {
    if (!this.#isOwn) return
    if (this.#users > 0) this.#stream?.ref()
    else this.#stream?.unref()
  }

  /** There is none before the first connection. */
  get #stream(): Redis['stream'] | undefined {
    return (this.redis as Partial<Redis>).stream
  }
}
