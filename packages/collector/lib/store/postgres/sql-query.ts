// A query of the user's own, read-only, bounded in time, rows and bytes.
import type { Socket } from 'node:net'
import type * as pg from 'pg'
import type { Cell } from '../../cells/cells.js'
import { QueryRejected, StoreUnavailable } from '../errors.js'
import type { SqlResult } from '../store.js'
import { checkQuery } from './check-query.js'
import type { Connections } from './connections.js'
import { codeOf, explained } from './failures.js'
import { quote } from './sql-text.js'

export interface SqlLimits {
  /** The most rows that are given. */
  readonly rows: number
  /** ms */
  readonly timeout: number
}

/** A thousand rows may have a thousand long texts: more than that is nothing to look at. */
const MOST_BYTES = 32 * 1024 * 1024
/** How much longer than the server the client waits, ms. */
const GRACE = 1_000

/**
 * The text is checked first. Then it is a cursor's, which takes only what gives rows; the extended protocol takes
 * only one statement; the transaction is read-only, and the connection is thrown away, so that no setting and no lock
 * outlives it.
 *
 * @throws QueryRejected that says what is wrong with it
 */
export async function query(
  connections: Connections,
  text: string,
  limits: SqlLimits,
): Promise<SqlResult> {
  checkQuery(text)
  try {
    return await connections.readOnce((client) => run(client, text, limits))
  } catch (error) {
    throw rejected(error, limits)
  }
}

async function run(client: pg.PoolClient, text: string, limits: SqlLimits): Promise<SqlResult> {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } })
    .connection
  const before = stream.bytesRead
  const isTooMuch = () => stream.bytesRead - before > MOST_BYTES
  const watch = () => {
    if (isTooMuch()) stream.destroy()
  }
  stream.on('data', watch)
  const timer = setTimeout(() => stream.destroy(), limits.timeout + GRACE)
  try {
    return await fetch(client, text, limits)
  } catch (error) {
    if (isTooMuch()) throw new QueryRejected('The result is larger than 32 MiB', { cause: error })
    throw error
  } finally {
    clearTimeout(timer)
    stream.off('data', watch)
  }
}

async function fetch(client: pg.PoolClient, text: string, limits: SqlLimits): Promise<SqlResult> {
  const most = Math.max(0, Math.floor(limits.rows))
  const schemas = await client.query<{ schema: string }>(
    'SELECT schema FROM selfsame.selfsame_sources ORDER BY schema',
  )
  const path = ['pg_catalog', 'selfsame', ...schemas.rows.map(({ schema }) => quote(schema))]
  await client.query(
    `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = ${path.join(', ')};
     SET LOCAL statement_timeout = ${Math.max(1, Math.floor(limits.timeout))}`,
  )
  // The driver has the extended protocol for a statement with values, or one that asks for it.
  const extended = { queryMode: 'extended' } as object
  await client.query({ text: `DECLARE selfsame_query NO SCROLL CURSOR FOR ${text}`, ...extended })
  const found = await client.query<Cell[]>({
    text: `FETCH ${most + 1} FROM selfsame_query`,
    rowMode: 'array',
  })
  return {
    columns: found.fields.map(({ name }) => name),
    rows: found.rows.slice(0, most),
    isCut: found.rows.length > most,
  }
}

/** What PostgreSQL says of a query is for its author. */
function rejected(error: unknown, { timeout }: SqlLimits): unknown {
  if (error instanceof QueryRejected || !(error instanceof Error)) return error
  const code = codeOf(error)
  if (code === '57014') {
    return new QueryRejected(`The query takes longer than ${timeout} ms`, { cause: error })
  }
  // Syntax, names, values, privileges, what is read-only, limits.
  if (/^(0A|21|22|25006|2B|42|54|P0)/.test(code))
    return new QueryRejected(error.message, { cause: error })
  const other = explained(error)
  return other instanceof StoreUnavailable ? other : error
}
