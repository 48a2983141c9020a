// What the last delivery loads to hand over to BullMQ.

import { Cluster } from 'ioredis'
import type { QueueCarrier, QueueSettings } from '../../delivery/queue-factory.js'
import { unpack } from '../../runtime/packed.js'
import { bullmq } from './bullmq.js'
import type { PackedBullmq } from './packed-bullmq.js'

export function openQueue(packed: object, settings: QueueSettings): QueueCarrier {
  const { nodes, ...options } = unpack(packed) as PackedBullmq
  if (!nodes) return bullmq(options)(settings)
  const connection = new Cluster(nodes as never[], {
    ...(options.connection as object),
    // It is away, and there is no time for another attempt.
    clusterRetryStrategy: () => null,
  })
  return bullmq({ ...options, connection })(settings)
}
