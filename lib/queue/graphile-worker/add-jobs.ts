// The statement that adds jobs to graphile-worker.

import type { LaneJob } from '../engine.js'
import type { Queryable } from '../../delivery/queue-factory.js'
import { quoted } from './quoted.js'

/** Where an app and its workers meet. */
export interface JobNaming {
  /** The schema of graphile-worker. */
  readonly schema: string
  /** The identifier of the task. */
  readonly task: string
}

/** The most that graphile-worker can count: a job may be taken from many workers that were killed. */
const maxAttempts = 32_767

/** A named queue runs one job at a time, whatever the number of workers: that is the order. */
export function laneName({ task }: JobNaming, lane: number, lanes: number): string {
  return lanes === 1 ? task : `${task}-${lane + 1}-of-${lanes}`
}

/** Adds all of them, or none. */
export async function addJobs(
  db: Queryable,
  naming: JobNaming,
  lanes: number,
  jobs: readonly Pick<LaneJob, 'lane' | 'text'>[],
): Promise<void> {
  const add = `${quoted(naming.schema)}.add_job`
  const [first, ...others] = jobs
  if (first && others.length === 0) {
    // In plain words, for adapters to libraries that know no arrays.
    await db.query(
      `select ${add}($1::text, payload => $2::json, queue_name => $3::text, max_attempts => ${maxAttempts})`,
      [naming.task, first.text, laneName(naming, first.lane, lanes)],
    )
    return
  }
  await db.query(
    `select ${add}($1::text, payload => job.payload::json, queue_name => job.lane, max_attempts => ${maxAttempts})
     from unnest($2::text[], $3::text[]) as job (payload, lane)`,
    [
      naming.task,
      jobs.map(({ text }) => text),
      jobs.map(({ lane }) => laneName(naming, lane, lanes)),
    ],
  )
}
