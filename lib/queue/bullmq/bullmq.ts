// What the option `delivery` takes for BullMQ.

import type { QueueCarrier, QueueFactory, QueueSettings } from '../../delivery/queue-factory.js'
import { checkLanes, checkName, type LaneOptions } from '../queue-options.js'
import { QueueSink } from '../queue-sink.js'
import { BullmqEngine } from './bullmq-engine.js'
import { checkConnection, namingOf, placeOf, type RedisPlace } from './bullmq-options.js'
import { packConnection, type PackedBullmq } from './packed-bullmq.js'

export interface BullmqOptions extends LaneOptions, RedisPlace {}

/**
 * A queue on BullMQ, for the option `delivery` of a client: each batch becomes a job for each of its lanes, and workers
 * (`startWorker()`, or the command `selfsame work`) deliver them.
 *
 * @throws TypeError that names the option that is wrong
 */
export function bullmq(options: BullmqOptions): QueueFactory {
  const connection = checkConnection(options)
  const lanes = checkLanes(options)
  const source = checkName(options, 'source', 'default')
  const naming = namingOf(options)
  const open = ({ timeout, warn }: QueueSettings): QueueCarrier => {
    const engine = new BullmqEngine({ connection, lanes, naming, timeout, warn })
    const sink = new QueueSink({ engine, source, lanes, timeout })
    return {
      sink,
      backlog: () => sink.backlog(),
      pack: () => {
        const options: PackedBullmq = { lanes, source, ...naming, ...packConnection(connection) }
        return { engine: 'bullmq', options }
      },
      close: () => engine.close(),
    }
  }
  const place = placeOf(connection)
  const target = JSON.stringify([place, naming.prefix, naming.name, source])
  return Object.assign(open, { place, target })
}
