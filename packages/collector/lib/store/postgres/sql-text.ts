// Pieces of SQL.
import type { Cell, ColumnType } from '../../cells/cells.js'
import { arrayOf, type SqlType } from './arrays.js'
import type { Session } from './session.js'

/** A name as it is, whatever it contains. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** PostgreSQL has columns of these names in every table. */
const TAKEN: ReadonlySet<string> = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'])

/** The name that a column of a source has in the database. No column of a source begins with an underscore. */
export function columnName(column: string): string {
  return TAKEN.has(column) ? `_${column}` : column
}

/** The column of the source that has this name. */
export function columnOf(name: string): string {
  return name.startsWith('_') && TAKEN.has(name.slice(1)) ? name.slice(1) : name
}

/** A text as SQL has it. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

export const SQL_TYPES: Readonly<Record<ColumnType, SqlType>> = {
  text: 'text',
  integer: 'bigint',
  number: 'double precision',
  boolean: 'boolean',
  timestamp: 'timestamptz',
}

/** The columns of some rows, each with its type. */
export type Shape = readonly (readonly [name: string, type: SqlType])[]

/** `unnest($1::text[], $2::bigint[]) AS t ("a", "b")` */
export function unnest(shape: Shape, alias = 't', first = 1): string {
  const arrays = shape.map(([, type], i) => `$${first + i}::${type}[]`)
  const names = shape.map(([name]) => quote(name))
  return `unnest(${arrays.join(', ')}) AS ${alias} (${names.join(', ')})`
}

export function arraysOf(shape: Shape, rows: readonly (readonly Cell[])[]): Buffer[] {
  return shape.map(([, type], column) =>
    arrayOf(
      type,
      rows.map((row) => row[column] ?? null),
    ),
  )
}

/** Rows into a table, at once. `tail` follows them: ON CONFLICT, say. */
export interface Insertion {
  readonly into: string
  readonly shape: Shape
  readonly tail?: string | undefined
}

export function insert(
  session: Session,
  { into, shape, tail = '' }: Insertion,
  rows: readonly (readonly Cell[])[],
): void {
  if (rows.length === 0) return
  const names = shape.map(([name]) => quote(name)).join(', ')
  session.write(
    `INSERT INTO ${into} (${names}) SELECT ${names} FROM ${unnest(shape)} ${tail}`,
    arraysOf(shape, rows),
  )
}
