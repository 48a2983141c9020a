// A queue on BullMQ as JSON, for a process that opens it again.

import type { Cluster } from 'ioredis'
import { portable } from '../portable.js'
import { isClient, type RedisConnection } from './redis-link.js'

export interface PackedBullmq {
  lanes: number
  source: string
  name: string
  prefix: string
  /** A URL, or options. */
  connection: string | object
  /** The nodes of a Redis Cluster; `connection` has its options. */
  nodes?: object
}

/** The other process decides when it connects again, only writes, and has no use for scripts of the app. */
const unneeded = new Set([
  ...['retryStrategy', 'sentinelRetryStrategy', 'clusterRetryStrategy', 'clusterNodeRetryStrategy'],
  ...['sentinelReconnectStrategy', 'reconnectOnError', 'scaleReads', 'scripts'],
])

/** @throws NotPortable */
export function packConnection(
  connection: RedisConnection,
): Pick<PackedBullmq, 'connection' | 'nodes'> {
  if (typeof connection === 'string') return { connection }
  if (!isClient(connection)) return { connection: portable(connection, unneeded) }
  const options = portable(connection.options, unneeded)
  if (!connection.isCluster) return { connection: options }
  const { startupNodes } = connection as unknown as { startupNodes: Cluster['options'][] }
  return { connection: options, ...portable({ nodes: startupNodes }, unneeded) }
}
