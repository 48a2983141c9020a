// What stands in a column of a table: the types, which every store has, and the values.

/**
 * - `text`: any text, whole
 * - `integer`: a whole number that a double holds exactly (at most 2^53)
 * - `number`: any finite number
 * - `boolean`
 * - `timestamp`: an instant; as a value ISO 8601 in UTC with milliseconds
 */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'timestamp'

/** A value of a column: of JSON, and no object. */
export type Cell = string | number | boolean | null

/** The columns of a table, by name. */
export type Columns = ReadonlyMap<string, ColumnType>

/** Rows of one table, with the same columns each: what a store inserts at once. */
export interface RowBatch {
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}
