// Pieces of SQL.
import type { Columns, ColumnType } from '../../cells/cells.js'

/** A name as it is, whatever it contains. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The names that tools know the types by; a value that fits none of them is kept as it is. */
const TYPES: Record<ColumnType, string> = {
  text: 'TEXT',
  integer: 'INTEGER',
  number: 'REAL',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
}

export function createColumn(name: string, type: ColumnType): string {
  return `${quote(name)} ${TYPES[type]}`
}

export function createColumns(columns: Columns): string {
  return [...columns].map(([name, type]) => createColumn(name, type)).join(', ')
}

/** `(?, ?, ?), (?, ?, ?)` */
export function places(width: number, rows: number): string {
  const row = `(${Array.from({ length: width }, () => '?').join(', ')})`
  return Array.from({ length: rows }, () => row).join(', ')
}
