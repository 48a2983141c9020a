// A column gets a wider type. SQLite cannot change the type of a column: the table is made anew.
import type { ColumnType } from '../../cells/cells.js'
import { quote } from './sql-text.js'
import type { Statements } from './statements.js'
import { createTable, SEQ } from './table-text.js'

const NEW = 'selfsame_new'
const AT_ONCE = 1_000

export interface Widening {
  readonly table: string
  readonly columns: ReadonlyMap<string, ColumnType>
  readonly column: string
  readonly to: ColumnType
}

export function widen(statements: Statements, { table, columns, column, to }: Widening): void {
  const from = columns.get(column)
  const names = [SEQ, ...columns.keys()]
  const values = names.map((name) => (name === column ? converted(name, from, to) : quote(name)))
  statements.exec(createTable(table, new Map(columns).set(column, to), NEW))
  statements.exec(
    `INSERT INTO ${quote(NEW)} (${names.map(quote).join(', ')})
     SELECT ${values.join(', ')} FROM ${quote(table)} ORDER BY ${SEQ}`,
  )
  if (from === 'number' && to === 'text') writeNumbers(statements, table, column)
  statements.exec(`DROP TABLE ${quote(table)}`)
  statements.exec(`ALTER TABLE ${quote(NEW)} RENAME TO ${quote(table)}`)
}

function converted(name: string, from: ColumnType | undefined, to: ColumnType): string {
  const column = quote(name)
  if (to !== 'text') return column
  if (from === 'boolean') return `CASE ${column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`
  return from === 'number' ? 'NULL' : `CAST(${column} AS TEXT)`
}

/** SQLite writes 15 digits of a number, which are too few to read the same number again; JavaScript writes enough. */
function writeNumbers(statements: Statements, table: string, column: string): void {
  const select = `SELECT ${SEQ}, ${quote(column)} FROM ${quote(table)}
    WHERE ${SEQ} > ? AND ${quote(column)} IS NOT NULL ORDER BY ${SEQ} LIMIT ${AT_ONCE}`
  const update = `UPDATE ${quote(NEW)} SET ${quote(column)} = ? WHERE ${SEQ} = ?`
  for (let last = Number.MIN_SAFE_INTEGER; ;) {
    const rows = statements.all(select, [last]) as [number, number][]
    for (const [seq, value] of rows) {
      statements.run(update, [String(value), seq])
      last = seq
    }
    if (rows.length < AT_ONCE) return
  }
}
