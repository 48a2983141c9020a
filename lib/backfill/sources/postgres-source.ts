// Reads the rows of a PostgreSQL query, through a cursor on the server.

import { createHash } from 'node:crypto'
import type * as pg from 'pg'
import type PgCursor from 'pg-cursor'
import { describeValue, toError } from '../../runtime/describe-value.js'
import { wrong } from '../../runtime/check-option.js'
import type { BackfillSource, BrokenRow, RowPosition, SourceRow } from './source.js'
import { databaseOf, databaseUrl } from './postgres-url.js'
import { valueParsers } from './postgres-values.js'
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
}

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

  constructor({ url, query, key }: PostgresOptions) {
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
    const { client, cursorClass } = await connect(this.#url)
    try {
      const { text, values } = this.#statement(after?.position.key)
      const cursor = client.query(new cursorClass<Row>(text, values))
      yield* this.#read(cursor, after?.position.key)
    } catch (error) {
      if (error instanceof SourceError) throw error
      throw new SourceError(`the query failed: ${toError(error).message}`, { cause: error })
    } finally {
      // A cursor that was not read to its end is closed with its connection.
      await client.end().catch(() => undefined)
    }
  }

  #statement(key: unknown): { text: string; values: unknown[] } {
    if (this.#key === undefined) return { text: this.#query, values: [] }
    const column = `q."${this.#key.replaceAll('"', '""')}"`
    const behind = key === undefined ? '' : `where ${column} >= $1 or ${column} is null`
    return {
      text: `select q.*, ${column}::text as "${keyText}" from (${this.#query}\n) q ${behind} order by ${column}`,
      values: key === undefined ? [] : [key],
    }
  }

  async *#read(
    cursor: PgCursor<Row>,
    after: unknown,
  ): AsyncGenerator<SourceRow<Row> | BrokenRow, void> {
    let last: unknown
    // The last row is read again, so that another row with the same key is noticed.
    let isRepeated = after !== undefined
    for (;;) {
      const rows = await cursor.read(batch)
      if (rows.length === 0) return
      for (const read of rows) {
        if (this.#key === undefined) {
          yield { row: read, position: {} }
          continue
        }
        const { [keyText]: key, ...row } = read
        if (key === null) {
          yield { broken: `the key ${this.#key} is null`, position: { key: last ?? null } }
          continue
        }
        if (key === last)
          throw new SourceError(
            `the key ${this.#key} is not unique: two rows have the same, and one of them would be left out when a run resumes`,
          )
        last = key
        const isKnown = isRepeated && key === after
        isRepeated = false
        if (!isKnown) yield { row, position: { key } }
      }
    }
  }
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
