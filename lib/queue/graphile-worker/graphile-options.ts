// Which PostgreSQL, and which jobs in it: options of apps and workers.

import { describeValue } from '../../runtime/describe-value.js'
import { wrong } from '../../runtime/check-option.js'
import { checkName } from '../queue-options.js'
import type { JobNaming } from './add-jobs.js'

export interface JobPlace {
  /**
   * The identifier of the task, and how the names of the queues begin.
   * @default 'selfsame'
   */
  name?: string | undefined
  /**
   * The schema of graphile-worker.
   * @default 'graphile_worker'
   */
  schema?: string | undefined
}

export function namingOf(options: JobPlace): JobNaming {
  return {
    task: checkName(options, 'name', 'selfsame'),
    schema: checkName(options, 'schema', 'graphile_worker'),
  }
}

export function checkPool<Pool extends object>({ pool }: { pool: Pool }): Pool {
  if (typeof (pool as { query?: unknown } | null | undefined)?.query === 'function') return pool
  throw wrong('pool', describeValue(pool), 'a Pool of pg')
}
