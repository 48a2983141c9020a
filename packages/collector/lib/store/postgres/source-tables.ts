// The tables of the sources, as they are: read once, and again when somebody has changed them.
import type { ColumnType } from '../../cells/cells.js'
import type { Reader } from './people-rows.js'
import { columnOf, quote } from './sql-text.js'

/** Rows have the place of their message beside what the message says. */
export const SEQ = '_seq'
/** Those whose rows are made of many messages, and belong to a user or an account. */
export const UPSERTED: ReadonlySet<string> = new Set(['users', 'accounts'])

const TYPES = new Map<unknown, ColumnType>([
  ['text', 'text'],
  ['int8', 'integer'],
  ['float8', 'number'],
  ['bool', 'boolean'],
  ['timestamptz', 'timestamp'],
])

export interface SourceTables {
  /** The schema of the database; undefined until the source has tables. */
  readonly schema: string | undefined
  readonly tables: Map<string, Map<string, ColumnType>>
}

/** As SQL has it. */
export function tableName({ schema, tables }: SourceTables, table: string): string {
  if (schema === undefined || !tables.has(table)) throw new Error(`There is no table ${table}`)
  return `${quote(schema)}.${quote(table)}`
}

/** Knows no transaction. The code that changes a table must forget it if the change is rolled back. */
export class TableCache {
  readonly #sources = new Map<string, SourceTables>()
  #version: number | undefined

  /** Forgets what another collector has changed. */
  check(version: number): void {
    if (this.#version !== version) this.#sources.clear()
    this.#version = version
  }

  forget(): void {
    this.#sources.clear()
    this.#version = undefined
  }

  set(source: string, tables: SourceTables): void {
    this.#sources.set(source, tables)
  }

  async get(reader: Reader, source: string): Promise<SourceTables> {
    const known = this.#sources.get(source)
    if (known) return known
    const [row] = await reader.rows(
      'SELECT schema FROM selfsame.selfsame_sources WHERE source = $1',
      [source],
    )
    const schema = row === undefined ? undefined : String(row[0])
    const tables = schema === undefined ? new Map<never, never>() : await readTables(reader, schema)
    const found: SourceTables = { schema, tables }
    this.#sources.set(source, found)
    return found
  }
}

/** Columns in the order in which they stand in a row. Of types that are not ours: those are not ours. */
export async function readTables(
  reader: Reader,
  schema: string,
): Promise<Map<string, Map<string, ColumnType>>> {
  const rows = await reader.rows(
    `SELECT c.relname::text, a.attname::text, t.typname::text
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     LEFT JOIN pg_type t ON t.oid = a.atttypid
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') ORDER BY c.relname, a.attnum`,
    [schema],
  )
  const tables = new Map<string, Map<string, ColumnType>>()
  for (const [table, column, typeName] of rows) {
    const columns = tables.get(String(table)) ?? new Map<string, ColumnType>()
    tables.set(String(table), columns)
    const type = TYPES.get(typeName)
    if (type !== undefined && column !== SEQ) columns.set(columnOf(String(column)), type)
  }
  return tables
}
