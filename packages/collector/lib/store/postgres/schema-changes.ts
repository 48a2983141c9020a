// Tables and columns are added and widened, in the transaction of the rows that need it.
import { createHash } from 'node:crypto'
import type { Columns, ColumnType } from '../../cells/cells.js'
import type { SchemaChange } from '../../warehouse/schema.js'
import { STATEMENT_TIMEOUT } from './connections.js'
import { toError } from '../../../../../lib/runtime/describe-value.js'
import { codeOf } from './failures.js'
import { schemaNames } from './schema-names.js'
import type { Session } from './session.js'
import { SEQ, type SourceTables, type TableCache, UPSERTED } from './source-tables.js'
import { columnName, quote, SQL_TYPES } from './sql-text.js'

/**
 * A table that somebody reads (a long query, a backup) cannot be changed meanwhile. Nobody waits long for that: the
 * values that need the change are put into the discards, and the change is tried again later.
 */
const LOCK_WAIT = 2_000
const TRY_AGAIN = 60_000

/**
 * A lock that was not to be had, a view that needs the column, 1,600 columns, one of somebody else's, a view of
 * somebody else's that has the name of the table.
 */
const REFUSED: ReadonlySet<string> = new Set([
  '55P03',
  '0A000',
  '2BP01',
  '54011',
  '42701',
  '42501',
  '42P07',
])

export class SchemaChanges {
  readonly #cache: TableCache
  /** By change, until when it is not tried again, in ms since 1970. */
  readonly #refused = new Map<string, number>()

  constructor(cache: TableCache) {
    this.#cache = cache
  }

  async apply(session: Session, source: string, changes: readonly SchemaChange[]): Promise<void> {
    const { schema, tables } = await this.#schema(session, source)
    // Rewriting a large table takes its time, and is not to be begun again and again.
    await session.script('SET LOCAL statement_timeout = 0')
    for (const change of changes) {
      const table = `${quote(schema)}.${quote(change.table)}`
      if (!(await this.#carryOut(session, table, change))) continue
      if (change.kind === 'create') tables.set(change.table, new Map(change.columns))
      else {
        const columns = tables.get(change.table) ?? new Map<string, ColumnType>()
        if (change.kind === 'widen') columns.set(change.column, change.to)
        else for (const [column, type] of change.columns) columns.set(column, type)
      }
    }
    await session.script(`SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT}`)
  }

  /** @returns whether it was done */
  async #carryOut(session: Session, table: string, change: SchemaChange): Promise<boolean> {
    const text = textOf(table, change)
    const now = Date.now()
    if ((this.#refused.get(text) ?? 0) > now) return false
    const error = await session.attempt(`SET LOCAL lock_timeout = ${LOCK_WAIT}; ${text}`)
    if (error === undefined) return true
    if (!REFUSED.has(codeOf(error))) throw toError(error)
    if (this.#refused.size > 10_000) this.#refused.clear()
    this.#refused.set(text, now + TRY_AGAIN)
    return false
  }

  /** The schema of the source, which is created with its first table. */
  async #schema(
    session: Session,
    source: string,
  ): Promise<SourceTables & { readonly schema: string }> {
    const { schema, tables } = await this.#cache.get(session, source)
    if (schema !== undefined) return { schema, tables }
    const names = schemaNames(source)
    const taken = await session.rows('SELECT nspname::text FROM pg_namespace WHERE nspname = $1', [
      names[0],
    ])
    const name = taken.length === 0 ? names[0] : names[1]
    await session.script(`CREATE SCHEMA ${quote(name)}`)
    session.write('INSERT INTO selfsame.selfsame_sources (source, schema) VALUES ($1, $2)', [
      source,
      name,
    ])
    const created = { schema: name, tables }
    this.#cache.set(source, created)
    return created
  }
}

function textOf(table: string, change: SchemaChange): string {
  if (change.kind === 'create') return create(table, change)
  return change.kind === 'widen' ? widen(table, change) : add(table, change.columns)
}

function create(
  table: string,
  { table: name, columns }: { table: string; columns: Columns },
): string {
  const list = [...columns].map(([column, type]) => definition(column, type)).join(', ')
  const key = `CONSTRAINT ${keyName(name)} PRIMARY KEY`
  if (!UPSERTED.has(name)) return `CREATE TABLE ${table} (${SEQ} bigint ${key}, ${list})`
  return `CREATE TABLE ${table} (
    ${SEQ} bigint GENERATED ALWAYS AS IDENTITY, ${list}, ${key} (id)
  ) WITH (fillfactor = 80)`
}

/**
 * The index of a key is a relation, as a table is: PostgreSQL would name that of `order` `order_pkey`, which is also the
 * table of an event "Order Pkey". No event has a table whose name begins like this.
 */
function keyName(table: string): string {
  return `selfsame_key_${createHash('sha256').update(table).digest('hex').slice(0, 16)}`
}

function add(table: string, columns: Columns): string {
  const list = [...columns].map(([column, type]) => `ADD COLUMN ${definition(column, type)}`)
  return `ALTER TABLE ${table} ${list.join(', ')}`
}

function definition(column: string, type: ColumnType): string {
  const collation = column === 'id' ? ' COLLATE "C"' : ''
  return `${quote(columnName(column))} ${SQL_TYPES[type]}${collation}`
}

function widen(table: string, change: Extract<SchemaChange, { kind: 'widen' }>): string {
  const { column, from, to } = change
  const name = quote(columnName(column))
  const value = to === 'text' ? asText(name, from) : name
  return `ALTER TABLE ${table} ALTER COLUMN ${name} TYPE ${SQL_TYPES[to]} USING ${value}::${SQL_TYPES[to]}`
}

/** The text that JavaScript has for the same value. */
function asText(name: string, from: ColumnType): string {
  if (from === 'number') {
    return `(CASE WHEN abs(${name}) >= 1e21 OR (${name} <> 0 AND abs(${name}) < 1e-6)
      THEN regexp_replace(${name}::text, 'e([+-])0', 'e\\1') ELSE ${name}::text::numeric::text END)`
  }
  if (from === 'timestamp') {
    return `to_char(${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
  }
  return `${name}::text`
}
