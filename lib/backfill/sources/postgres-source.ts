// Reads the rows of a PostgreSQL query, through a cursor on the server.

import { createHash } from 'node:crypto'
import type * as pg from 'pg'
import type PgCursor from 'pg-cursor'
import { describeValue, toError } from '../../runtime/describe-value.js'
import { integer, wrong } from '../../runtime/check-option.js'
import type { BackfillSource, BrokenRow, ReaderPlace, RowPosition, SourceRow } from './source.js'
import { databaseOf, databaseUrl } from './postgres-url.js'
import { valueParsers } from './postgres-values.js'
import { merged, newPlaces, savedPlaces } from './reader-places.js'
import { SourceError } from './source-error.js'

export interface PostgresOptions {
  /**
   * `postgres://user@host:5432/database`. What it leaves out comes from the environment (`PGHOST`, `PGUSER`, `PGPASSWORD`
   * …) and `~/.pgpass`, as with psql.
   */
  url: string
  /** One `select`, without a semicolon at its end. */
  query: string
  /**
   * A column of the query that is unique and never null, an id for example. The rows come in its order, and an
   * interrupted run resumes after the last confirmed one. Without a key a run cannot be resumed.
   */
  key?: string | undefined
  /**
   * How many connections read the query, each a range of the key, which must be a number. Rows of different ranges come in
   * no order. A run is resumed with as many. Minimum 1, maximum 64.
   * @default 1
   */
  readers?: number | undefined
}

/** Which keys to read: from one on, up to another that is not included. */
interface Range {
  readonly from?: unknown
  readonly until?: unknown
  /** The key that was read before, which is where it begins. */
  readonly after?: unknown
}

type Read = SourceRow<Row> | BrokenRow
type Row = Record<string, unknown>

/** How many rows are fetched at a time. */
const batch = 1_000
/** The column that is added for the position: the key as text, so that nothing is lost. */
const keyText = 'selfsame key'

/**
 * The rows of a query, some at a time, so that the whole result is never in memory. Needs the packages `pg` and
 * `pg-cursor`.
 *
 * A `timestamp` without a zone is read as UTC, a `date` stays text, and a `bigint` or `numeric` becomes a number if that
 * keeps every digit, otherwise text.
 *
 * @throws TypeError that names the option that is wrong; `SourceError` while reading
 */
export function postgresSource(options: PostgresOptions): BackfillSource<Row> {
  return new PostgresSource(options)
}

class PostgresSource implements BackfillSource<Row> {
  readonly name = 'the query'
  readonly fingerprint: string
  readonly #url: string
  readonly #query: string
  readonly #key: string | undefined
  readonly #readers: number

  constructor(options: PostgresOptions) {
    const { url, query, key } = options
    const database = typeof url === 'string' ? databaseUrl(url) : undefined
    if (!database)
      throw wrong('url', describeValue(url), "a URL like 'postgres://user@host/database'")
    if (typeof query !== 'string' || query.trim() === '')
      throw wrong('query', describeValue(query), 'a select')
    if (key !== undefined && (typeof key !== 'string' || key === ''))
      throw wrong('key', describeValue(key), 'the name of a column of the query')
    this.#url = url
    this.#query = query.trim().replace(/;\s*$/, '')
    this.#key = key
    this.#readers = integer(options, 'readers', { default: 1, min: 1, max: 64 })
    if (this.#readers > 1 && key === undefined)
      throw wrong('key', 'nothing', 'the name of a column that is a number, if there are readers')
    const which = JSON.stringify([databaseOf(database), this.#query, key])
    this.fingerprint = `query, sha256 ${createHash('sha256').update(which).digest('hex')}`
  }

  async *open(after?: {
    position: RowPosition
    rows: number
  }): AsyncGenerator<SourceRow<Row> | BrokenRow, void> {
    if (after && this.#key === undefined)
      throw new SourceError(
        'a query can be resumed only if it has a key (a unique column); start over: what was delivered keeps its messageIds',
      )
    const places = after && savedPlaces(after.position, this.#readers)
    if (this.#readers > 1) {
      yield* this.#readRanges(places)
      return
    }
    const key = after?.position.key
    for await (const rows of this.#readRange({ from: key, after: key })) yield* rows
  }

  async *#readRanges(saved: ReaderPlace[] | undefined): AsyncGenerator<Read, void> {
    const places = saved ?? (await this.#newPlaces())
    const readers = places.map(({ until, key }, index) =>
      this.#readRange({ from: key ?? places[index - 1]?.until, until, after: key }),
    )
    for await (const { index, batch: rows } of merged(readers)) {
      for (const read of rows) {
        const { key } = read.position
        // A row without a key is no place to resume at.
        if ('row' in read) places[index] = { ...places[index], key }
        yield { ...read, position: { key, readers: [...places] } }
      }
    }
  }

  /** Some rows at a time. */
  async *#readRange(range: Range): AsyncGenerator<Read[], void> {
    const { client, cursorClass } = await connect(this.#url)
    try {
      const { text, values } = this.#statement(range)
      const cursor = client.query(new cursorClass<Row>(text, values))
      yield* this.#read(cursor, range.after)
    } catch (error) {
      throw failed(error)
    } finally {
      // A cursor that was not read to its end is closed with its connection.
      await client.end().catch(() => undefined)
    }
  }

  #statement({ from, until }: Range): { text: string; values: unknown[] } {
    if (this.#key === undefined) return { text: this.#query, values: [] }
    const column = columnOf(this.#key)
    const values: unknown[] = []
    const bounds: string[] = []
    if (from !== undefined) bounds.push(`${column} >= $${values.push(from)}`)
    if (until !== undefined) bounds.push(`${column} < $${values.push(until)}`)
    // Keys that are null come last.
    const where = [bounds.join(' and '), ...(until === undefined ? [`${column} is null`] : [])]
    const which = bounds.length === 0 ? '' : `where ${where.join(' or ')}`
    return {
      text: `select q.*, ${column}::text as "${keyText}" from (${this.#query}\n) q ${which} order by ${column}`,
      values,
    }
  }

  async *#read(cursor: PgCursor<Row>, after: unknown): AsyncGenerator<Read[], void> {
    let last: unknown
    for (;;) {
      const rows = await cursor.read(batch)
      if (rows.length === 0) return
      const taken: Read[] = []
      for (const read of rows) {
        if (this.#key === undefined) {
          taken.push({ row: read, position: {} })
          continue
        }
        const { [keyText]: key, ...row } = read
        if (key === null) {
          taken.push({ broken: `the key ${this.#key} is null`, position: { key: last ?? null } })
          continue
        }
        if (key === last) {
          yield taken
          throw new SourceError(
            `the key ${this.#key} is not unique: two rows have the same, and one of them would be left out when a run resumes`,
          )
        }
        // The last row is read again, so that another row with the same key is noticed.
        const isKnown = last === undefined && key === after
        last = key
        if (!isKnown) taken.push({ row, position: { key } })
      }
      yield taken
    }
  }

  async #newPlaces(): Promise<ReaderPlace[]> {
    const [query, key, readers] = [this.#query, this.#key ?? '', this.#readers]
    const { client } = await connect(this.#url)
    try {
      return await newPlaces(client, { query, key, column: columnOf(key), readers })
    } catch (error) {
      throw failed(error)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}

/** As SQL, of a query that is called q. */
const columnOf = (key: string): string => `q."${key.replaceAll('"', '""')}"`

function failed(error: unknown): SourceError {
  if (error instanceof SourceError) return error
  return new SourceError(`the query failed: ${toError(error).message}`, { cause: error })
}

interface Connection {
  client: pg.Client
  cursorClass: typeof PgCursor
}

async function connect(url: string): Promise<Connection> {
  const { Client, types, cursorClass } = await load()
  const parsers = valueParsers(types)
  const client = new Client({
    connectionString: url,
    application_name: 'selfsame',
    types: parsers,
  })
  // The waiting query reports a broken connection.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    throw new SourceError(`no connection to PostgreSQL: ${toError(error).message}`, {
      cause: error,
    })
  }
  return { client, cursorClass }
}

async function load(): Promise<{
  Client: typeof pg.Client
  types: typeof pg.types
  cursorClass: typeof PgCursor
}> {
  try {
    const [{ default: postgres }, { default: cursorClass }] = await Promise.all([
      import('pg'),
      import('pg-cursor'),
    ])
    return { Client: postgres.Client, types: postgres.types, cursorClass }
  } catch (cause) {
    throw new SourceError(
      'PostgreSQL needs two packages that are not installed: npm install pg pg-cursor',
      { cause },
    )
  }
}
