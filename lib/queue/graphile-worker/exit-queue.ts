// What the last delivery loads to hand over to graphile-worker.

import { Pool } from 'pg'
import type { QueueCarrier, QueueSettings } from '../../delivery/queue-factory.js'
import { unpack } from '../../runtime/packed.js'
import { graphileWorker } from './graphile.js'
import type { PackedGraphile } from './packed-graphile.js'

export function openQueue(packed: object, settings: QueueSettings): QueueCarrier {
  const options = unpack(packed) as PackedGraphile
  const pool = new Pool({
    ...options.pool,
    max: 1,
    connectionTimeoutMillis: settings.timeout,
  })
  return graphileWorker({ ...options, pool })(settings)
}
