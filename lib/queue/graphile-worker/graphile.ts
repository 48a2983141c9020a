// What the option `delivery` takes for graphile-worker.

import type { Pool } from 'pg'
import type {
  Queryable,
  QueueCarrier,
  QueueFactory,
  QueueSettings,
} from '../../delivery/queue-factory.js'
import { jobText } from '../job.js'
import { laneOf } from '../lanes.js'
import { checkLanes, checkName, type LaneOptions } from '../queue-options.js'
import { QueueSink } from '../queue-sink.js'
import { addJobs } from './add-jobs.js'
import { guardPool } from './connection.js'
import { GraphileEngine } from './graphile-engine.js'
import { checkPool, namingOf, placeOf, type JobPlace } from './graphile-options.js'
import { packPool, type PackedGraphile } from './packed-graphile.js'

export interface GraphileWorkerOptions extends LaneOptions, JobPlace {
  /**
   * A pool of pg, which you end yourself. It gets a listener for `error`: without one, an idle connection that breaks ends
   * the process.
   */
  pool: Pool
}

/**
 * A queue on graphile-worker, for the option `delivery` of a client: each batch becomes a job for each of its lanes, and
 * workers (`startWorker()`, or the command `selfsame work`) deliver them.
 *
 * @throws TypeError that names the option that is wrong
 */
export function graphileWorker(options: GraphileWorkerOptions): QueueFactory {
  const pool = checkPool(options)
  const lanes = checkLanes(options)
  const source = checkName(options, 'source', 'default')
  const naming = namingOf(options)
  guardPool(pool)
  const open = ({ timeout, warn }: QueueSettings): QueueCarrier => {
    const engine = new GraphileEngine({ pool, lanes, naming, warn })
    const sink = new QueueSink({ engine, source, lanes, timeout })
    return {
      sink,
      backlog: () => sink.backlog(),
      pack: () => {
        const { task: name, schema } = naming
        const options: PackedGraphile = { lanes, source, name, schema, pool: packPool(pool) }
        return { engine: 'graphile-worker', options }
      },
      close: () => {
        engine.close()
      },
    }
  }
  const addIn = async (db: Queryable, text: string): Promise<void> => {
    await addJobs(db, naming, lanes, [{ lane: laneOf(text, lanes), text: jobText(source, [text]) }])
  }
  const place = placeOf(pool)
  const target = JSON.stringify([place, naming.schema, naming.task, source])
  return Object.assign(open, { place, target, addIn })
}
