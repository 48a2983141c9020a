// Adds jobs to graphile-worker.

import type { Pool } from 'pg'
import type { Unanswered } from '../../delivery/transport/answer.js'
import type { Engine, LaneJob } from '../engine.js'
import { addJobs, type JobNaming } from './add-jobs.js'
import { withConnection } from './connection.js'
import { explainPostgres } from './postgres-errors.js'
import type { Queryable } from '../../delivery/queue-factory.js'

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
