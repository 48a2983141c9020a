// The queue of a backfill over workers: `--via-bullmq`, `--via-graphile-worker`.

import type * as Bullmq from '../../queue/bullmq/index.js'
import type * as GraphileWorker from '../../queue/graphile-worker/index.js'
import { UsageError } from '../shared/exit-codes.js'
import { installed, queueUrl } from '../shared/queue-url.js'
import { refuseFlags } from '../shared/refuse-flags.js'
import type { BackfillFlags } from './options.js'

export interface Queue {
  readonly delivery: Bullmq.QueueFactory
  close(): Promise<void>
}

/** @throws UsageError if options contradict each other, or a package is not installed */
export async function queueOf(flags: BackfillFlags): Promise<Queue | undefined> {
  const { viaBullmq, viaBullmqEnv, viaGraphileWorker, viaGraphileWorkerEnv } = flags
  const redis = queueUrl(viaBullmq, viaBullmqEnv, '--via-bullmq')
  const postgres = queueUrl(viaGraphileWorker, viaGraphileWorkerEnv, '--via-graphile-worker')
  const { queue: name, lanes, wait, source, prefix, schema } = flags
  if (redis === undefined && postgres === undefined) {
    const ofQueue = { '--wait': wait, '--lanes': lanes, '--queue': name }
    refuseFlags({ ...ofQueue, '--prefix': prefix, '--schema': schema }, 'goes with --via-…')
    return undefined
  }
  if (redis !== undefined && postgres !== undefined)
    throw new UsageError('give --via-bullmq or --via-graphile-worker, not both')
  const { to, toEnv, space } = flags
  refuseFlags({ '--to': to, '--to-env': toEnv, '--space': space }, 'is of a store, not of a queue')
  if (redis === undefined) refuseFlags({ '--prefix': prefix }, 'goes with --via-bullmq')
  else refuseFlags({ '--schema': schema }, 'goes with --via-graphile-worker')
  const options = { name, lanes, source }
  return redis === undefined
    ? await graphileQueue(postgres ?? '', { ...options, schema })
    : await bullmqQueue(redis, { ...options, prefix })
}

async function bullmqQueue(
  connection: string,
  options: Omit<Bullmq.BullmqOptions, 'connection'>,
): Promise<Queue> {
  const load = (): Promise<typeof Bullmq> => import('../../queue/bullmq/index.js')
  const { bullmq } = await installed('bullmq ioredis', load)
  return { delivery: bullmq({ ...options, connection }), close: () => Promise.resolve() }
}

async function graphileQueue(
  connectionString: string,
  options: Omit<GraphileWorker.GraphileWorkerOptions, 'pool'>,
): Promise<Queue> {
  const load = (): Promise<typeof GraphileWorker> => import('../../queue/graphile-worker/index.js')
  const { graphileWorker } = await installed('graphile-worker pg', load)
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString, keepAlive: true })
  return { delivery: graphileWorker({ ...options, pool }), close: () => pool.end() }
}
