// Which PostgreSQL, and which jobs in it: options of apps and workers.

import type { Client as PgClient, ClientConfig } from 'pg'
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

export function checkPool<Pool extends object>(options: { pool: Pool }): Pool {
  const { pool } = Object(options) as { pool: Pool }
  if (typeof (pool as { query?: unknown } | null | undefined)?.query === 'function') return pool
  throw wrong('pool', describeValue(pool), 'a Pool of pg')
}

/** The database that the connections of a pool go to, as pg itself reads its options, connection string and variables. */
export function placeOf(pool: object): string {
  const { Client, options } = pool as { Client?: typeof PgClient; options?: ClientConfig }
  if (!Client || !options) return 'PostgreSQL'
  try {
    // It connects to nothing, which an option `stream` would do here.
    const client = new Client(Object.assign({}, options, { stream: undefined }))
    return `PostgreSQL at ${client.host}:${client.port}/${client.database ?? ''}`
  } catch {
    // A connection string that is wrong: each connection says so.
    return 'PostgreSQL'
  }
}
