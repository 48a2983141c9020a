// A worker's connection to Redis: its commands wait as long as Redis is away.

import type { Cluster, Redis } from 'ioredis'
import { openRedis } from './own-redis.js'
import { isClient, type RedisConnection } from './redis-link.js'

/** After this time without an answer the connection counts as broken, in milliseconds. BullMQ blocks for up to 10 s. */
const socketTimeout = 30_000

/** @param onReadonly is called for each refusal: the command itself is sent again */
export function connectWorker(
  connection: RedisConnection,
  onReadonly: (error: Error) => void,
): Redis | Cluster {
  if (isClient(connection)) return connection
  return openRedis(connection, {
    maxRetriesPerRequest: null,
    socketTimeout,
    retryStrategy: (times) => Math.min(times * 200, 2_000),
    // Another connection may reach the server that has taken over.
    reconnectOnError: (error) => {
      if (!error.message.startsWith('READONLY')) return false
      onReadonly(error)
      return 2
    },
  })
}
