// The pace of all workers, kept in PostgreSQL: graphile-worker has none.

import type { SharedPace } from '../work/pace.js'
import type { JobNaming } from './add-jobs.js'
import type { Queryable } from '../../delivery/queue-factory.js'
import { quoted } from './quoted.js'

/** The longest pause that is made up for, in milliseconds. */
const maxLag = 50

export function postgresPace(db: Queryable, { schema, task }: JobNaming, rate: number): SharedPace {
  const table = `${quoted(schema)}.selfsame_pace`
  let isThere = false
  return {
    rate,
    async reserve(count) {
      if (!isThere) {
        await db.query(
          `create unlogged table if not exists ${table} (task text primary key, free_at double precision not null)`,
          [],
        )
        isThere = true
      }
      // By the clock of PostgreSQL, which all workers share. Sets when the next messages may go.
      const { rows } = (await db.query(
        `with clock as (select extract(epoch from clock_timestamp())::float8 * 1000 as now, $2::float8 as span)
         insert into ${table} as pace (task, free_at) select $1, now + span from clock
         on conflict (task) do update set free_at = greatest(pace.free_at,
           extract(epoch from clock_timestamp())::float8 * 1000 - ${maxLag}) + $2::float8
         returning pace.free_at - $2::float8 - extract(epoch from clock_timestamp())::float8 * 1000 as wait`,
        [task, (count / rate) * 1000],
      )) as { rows: { wait: number }[] }
      return Math.max(0, rows[0]?.wait ?? 0)
    },
  }
}
