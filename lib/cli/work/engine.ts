// Starts the worker of the engine that the command line names.

import type * as Bullmq from '../../queue/bullmq/index.js'
import type * as GraphileWorker from '../../queue/graphile-worker/index.js'
import type { RunningWorker, WorkerOptions } from '../../queue/work/worker-options.js'
import { UsageError } from '../shared/exit-codes.js'
import { installed, queueUrl } from '../shared/queue-url.js'
import { refuseFlags } from '../shared/refuse-flags.js'
import type { WorkFlags } from './options.js'

export interface StartedEngine {
  readonly worker: RunningWorker
  /** Where it is, without a password. */
  readonly place: string
  /** Call this when the worker is closed. */
  readonly disconnect: () => Promise<void>
}

/** @throws UsageError that shows no password */
export async function startEngine(
  flags: WorkFlags,
  options: WorkerOptions,
): Promise<StartedEngine> {
  const redis = queueUrl(flags.bullmq, flags.bullmqEnv, '--bullmq')
  const postgres = queueUrl(flags.graphileWorker, flags.graphileWorkerEnv, '--graphile-worker')
  if (redis !== undefined && postgres !== undefined)
    throw new UsageError('give --bullmq or --graphile-worker, not both')
  if (redis !== undefined) {
    refuseFlags({ '--schema': flags.schema }, 'goes with --graphile-worker')
    return await startBullmq(redis, flags, options)
  }
  if (postgres !== undefined) {
    refuseFlags({ '--prefix': flags.prefix }, 'goes with --bullmq')
    return await startGraphileWorker(postgres, flags, options)
  }
  throw new UsageError(
    'which queue? Give --bullmq redis://host:6379, or --graphile-worker postgres://me@host/app',
  )
}

async function startBullmq(
  connection: string,
  { name, prefix, stalledInterval }: WorkFlags,
  options: WorkerOptions,
): Promise<StartedEngine> {
  const load = (): Promise<typeof Bullmq> => import('../../queue/bullmq/index.js')
  const { startWorker } = await installed('bullmq ioredis', load)
  const worker = startWorker({ ...options, connection, name, prefix, stalledInterval })
  const place = `Redis at ${new URL(connection).host}`
  return { worker, place, disconnect: () => Promise.resolve() }
}

async function startGraphileWorker(
  connectionString: string,
  { name, schema, stalledInterval }: WorkFlags,
  options: WorkerOptions,
): Promise<StartedEngine> {
  const load = (): Promise<typeof GraphileWorker> => import('../../queue/graphile-worker/index.js')
  const { startWorker } = await installed('graphile-worker pg', load)
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString, keepAlive: true })
  const worker = startWorker({ ...options, pool, name, schema, stalledInterval })
  return { worker, place: 'PostgreSQL', disconnect: () => pool.end() }
}
