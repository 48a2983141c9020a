// The pace of all workers, kept in PostgreSQL: graphile-worker has none.

import type { Pool, PoolClient } from 'pg'
import type { SharedPace } from '../work/pace.js'
import type { JobNaming } from './add-jobs.js'
import { briefly } from './connection.js'
import { explainPostgres } from './postgres-errors.js'
import { quoted } from './quoted.js'

/** The longest pause that is made up for, in milliseconds. */
const maxLag = 50

const clock = `(select extract(epoch from clock_timestamp())::float8 * 1000 as now) as clock`

export function postgresPace(pool: Pool, { schema, task }: JobNaming, rate: number): SharedPace {
  const table = `${quoted(schema)}.selfsame_pace`
  // By the clock of PostgreSQL, which all workers share. Sets when the next messages may go. `at` is when it was set: if
  // the clock was set back since, the waits that were given out count from now.
  const reserve = `
    insert into ${table} as pace (task, at, free_at) select $1, now, now + $2 from ${clock}
    on conflict (task) do update set (at, free_at) = (
      select now, greatest(pace.free_at - greatest(pace.at - now, 0), now - ${maxLag}) + $2 from ${clock}
    )
    returning free_at - $2 - at as wait`
  let isThere = false
  const install = async (db: PoolClient): Promise<void> => {
    if (isThere) return
    await db.query(
      `create unlogged table if not exists ${table}
       (task text primary key, at float8 not null, free_at float8 not null)`,
    )
    isThere = true
  }
  return {
    rate,
    async reserve(count, signal) {
      try {
        return await briefly(pool, signal, async (db) => {
          await install(db)
          const values = [task, (count / rate) * 1000]
          const { rows } = await db.query<{ wait: number }>(reserve, values)
          return Math.max(0, rows[0]?.wait ?? 0)
        })
      } catch (error) {
        throw explainPostgres(error).error
      }
    },
  }
}
