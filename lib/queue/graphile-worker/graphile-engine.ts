// Adds jobs to graphile-worker.

import type { Pool } from 'pg'
import type { Unanswered } from '../../delivery/transport/answer.js'
import type { Engine, LaneJob } from '../engine.js'
import { addJobs, type JobNaming } from './add-jobs.js'
import { withConnection } from './connection.js'
import { explainPostgres } from './postgres-errors.js'
import type { Backlog, Queryable } from '../../delivery/queue-factory.js'
import { quoted } from './quoted.js'

export interface GraphileEngineOptions {
  readonly pool: Pool
  readonly lanes: number
  readonly naming: JobNaming
  readonly warn: (text: string) => void
}

export class GraphileEngine implements Engine {
  readonly #options: GraphileEngineOptions
  #isChecked = false

  constructor(options: GraphileEngineOptions) {
    this.#options = options
  }

  async add(jobs: readonly LaneJob[], signal: AbortSignal): Promise<void> {
    const { pool, naming, lanes, warn } = this.#options
    await withConnection(pool, signal, async (db) => {
      await addJobs(db, naming, lanes, jobs)
      if (this.#isChecked) return
      this.#isChecked = true
      for (const problem of await problemsOf(db)) warn(problem)
    })
  }

  async backlog(): Promise<Backlog> {
    const { pool, naming } = this.#options
    const { rows } = await pool.query<Backlog>(
      `select count(*) filter (where attempts < max_attempts or locked_at is not null)::int as waiting,
         count(*) filter (where attempts >= max_attempts and locked_at is null)::int as failed
       from ${quoted(naming.schema)}.jobs where task_identifier = $1`,
      [naming.task],
    )
    return { waiting: 0, failed: 0, ...rows[0] }
  }

  explain(error: unknown): Unanswered {
    return explainPostgres(error)
  }

  close(): void {
    // The pool belongs to the app.
  }
}

/** What is wrong with the settings of PostgreSQL, each as a text for the operator. Never rejects. */
async function problemsOf(db: Queryable): Promise<string[]> {
  try {
    const { rows } = (await db.query(
      `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit')`,
      [],
    )) as { rows: { name: string; setting: string }[] }
    return rows
      .filter(({ setting }) => setting === 'off')
      .map(
        ({ name }) =>
          `PostgreSQL may lose what it has accepted if it is killed: ${name} is off (docs/workers.md)`,
      )
  } catch {
    return []
  }
}
