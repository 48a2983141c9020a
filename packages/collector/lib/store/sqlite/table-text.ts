// How a table of a source is created.
import type { ColumnType } from '../../cells/cells.js'
import { createColumns, quote } from './sql-text.js'

/** The place of a row's message in the order of arrival. No column of a source has a $ in its name. */
export const SEQ = 'seq$'

/** Users and accounts are found by their ids; events by the place of their message. */
export function createTable(
  name: string,
  columns: ReadonlyMap<string, ColumnType>,
  as: string = name,
): string {
  const isUpserted = name === 'users' || name === 'accounts'
  const id = `id TEXT NOT NULL${isUpserted ? ' UNIQUE' : ''}`
  const others = new Map([...columns].filter(([column]) => column !== 'id'))
  const rest = others.size === 0 ? '' : `, ${createColumns(others)}`
  return `CREATE TABLE ${quote(as)} (${id}${rest}, ${SEQ} INTEGER PRIMARY KEY)`
}
