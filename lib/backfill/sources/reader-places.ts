// Several readers of one query: the ranges of the key that they read, and how far each is.

import type { ReaderPlace, RowPosition } from './source.js'
import { SourceError } from './source-error.js'

/** Types of keys that can be divided by arithmetic. */
const numbers = new Set(['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'])

/** Anything with the `query` of pg. */
interface Database {
  query(text: string): Promise<{ rows: unknown[] }>
}

export interface Ranged {
  readonly query: string
  /** The name of the key, and the same as SQL. */
  readonly key: string
  readonly column: string
  readonly readers: number
}

/**
 * Ranges of about the same width. The first and the last have no end, for rows that come later.
 *
 * @throws SourceError if the key is not a number
 */
export async function newPlaces(
  db: Database,
  { query, key, column, readers }: Ranged,
): Promise<ReaderPlace[]> {
  const { rows: typed } = await db.query(
    `select pg_typeof((select ${column} from (${query}\n) q limit 1))::text as type`,
  )
  const [{ type = '' } = {}] = typed as { type?: string }[]
  if (!numbers.has(type))
    throw new SourceError(
      `several readers need a key that is a number, and ${key} is ${type}: leave out readers, or choose another key`,
    )
  const { rows } = await db.query(
    `select floor(coalesce(least + (most - least) * n / ${readers}, 0))::text as until
     from (select min(${column})::numeric as least, max(${column})::numeric as most from (${query}\n) q) bounds,
       generate_series(1, ${readers - 1}) n order by n`,
  )
  return [...(rows as { until: string }[]).map(({ until }) => ({ until })), {}]
}

/** @throws SourceError if it was another number of readers */
export function savedPlaces(position: RowPosition, readers: number): ReaderPlace[] {
  const { readers: places = [] } = position
  const before = Math.max(places.length, 1)
  if (before === readers) return [...places]
  throw new SourceError(
    `the checkpoint is that of a run with ${before === 1 ? 'one reader' : `${before} readers`}: resume with as many; resume: false begins at the start`,
  )
}

/** What each reader has read, as it comes. While one batch is taken, the next of its reader is on its way. */
export async function* merged<Batch>(
  readers: readonly AsyncGenerator<Batch, void>[],
): AsyncGenerator<{ index: number; batch: Batch }, void> {
  const coming = new Map<number, Promise<{ index: number; next: IteratorResult<Batch, void> }>>()
  const ask = (index: number): void => {
    const answer = readers[index]?.next().then((next) => ({ index, next }))
    // It is known when it is its turn; after another failure, nobody asks.
    answer?.catch(() => undefined)
    coming.delete(index)
    if (answer) coming.set(index, answer)
  }
  for (const index of readers.keys()) ask(index)
  try {
    while (coming.size > 0) {
      const { index, next } = await Promise.race(coming.values())
      if (next.done === true) {
        coming.delete(index)
        continue
      }
      ask(index)
      yield { index, batch: next.value }
    }
  } finally {
    await Promise.allSettled(readers.map((reader) => reader.return()))
  }
}
