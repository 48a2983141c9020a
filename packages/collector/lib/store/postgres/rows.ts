// Rows of messages, made to fit the tables as PostgreSQL has them.
import type { Cell, ColumnType, RowBatch } from '../../cells/cells.js'
import type { Discard } from '../../warehouse/schema.js'
import { EARLIEST } from './arrays.js'
import type { Session } from './session.js'
import { SEQ, type SourceTables, tableName } from './source-tables.js'
import { columnName, insert, SQL_TYPES, type Shape } from './sql-text.js'

/** A row must fit into a page, without those texts that PostgreSQL keeps elsewhere. */
const LARGEST_ROW = 8_000
/** With fewer columns than that no row can be too large. */
const FEW_COLUMNS = 300
const LONGEST_VALUE = 1_000

export interface RowWriter {
  readonly session: Session
  readonly tables: SourceTables
  readonly discards: Discard[]
  /** The place of the message with this id. */
  readonly seqOf: (id: string) => number
}

export function insertRows(writer: RowWriter, batch: RowBatch): void {
  const { session, tables } = writer
  if (!tables.tables.has(batch.table)) {
    discardRows(writer, batch)
    return
  }
  const into = tableName(tables, batch.table)
  const columns = tables.tables.get(batch.table) ?? new Map<string, ColumnType>()
  const idAt = batch.columns.indexOf('id')
  const kept = batch.columns.flatMap((name, at) => {
    const type = columns.get(name)
    return type === undefined ? [] : [{ name, at, type }]
  })
  const isWide = kept.length > FEW_COLUMNS
  const order = isWide ? [...columns.keys()] : []
  const rows = batch.rows.map((cells) => {
    const id = String(cells[idAt])
    discardMissing(writer, batch, { columns, cells, id })
    const fitted = kept.map(({ name, at, type }) =>
      fit(writer.discards, cells[at] ?? null, { table: batch.table, column: name, type, id }),
    )
    const row = isWide ? narrowed(writer.discards, fitted, { batch, kept, order, id }) : fitted
    return [writer.seqOf(id), ...row]
  })
  const shape: Shape = [
    [SEQ, 'bigint'],
    ...kept.map(({ name, type }) => [columnName(name), SQL_TYPES[type]] as const),
  ]
  insert(session, { into, shape, tail: `ON CONFLICT (${SEQ}) DO NOTHING` }, rows)
}

/** The table could not be created: its name is taken. Rows of events are in `tracks` as well, without properties. */
function discardRows({ discards }: RowWriter, { table, columns, rows }: RowBatch): void {
  const idAt = columns.indexOf('id')
  for (const cells of rows) {
    const row = Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? null]))
    const place = { table, column: 'properties', id: String(cells[idAt]) }
    discards.push(discardOf(row, place, 'the table could not be created'))
  }
}

interface Place {
  readonly table: string
  readonly column: string
  readonly type: ColumnType
  readonly id: string
}

/** The value as the column has it: NULL, with a discard, if it cannot. */
export function fit(discards: Discard[], cell: Cell, place: Place): Cell {
  if (cell === null) return null
  if (isOf(place.type, cell)) return cell
  if (place.type === 'text') return String(cell)
  discards.push(discardOf(cell, place, `does not fit a column of type ${place.type}`))
  return null
}

function isOf(type: ColumnType, cell: Cell): boolean {
  if (type === 'text') return typeof cell === 'string'
  if (type === 'boolean') return typeof cell === 'boolean'
  if (type === 'timestamp') return typeof cell === 'string' && Date.parse(cell) >= EARLIEST
  return typeof cell === 'number' && (type === 'number' || Number.isSafeInteger(cell))
}

/** Columns that could not be added: the reason is not known any more, but it was not the value. */
function discardMissing(
  { discards }: RowWriter,
  { table, columns: names }: RowBatch,
  row: {
    readonly columns: ReadonlyMap<string, ColumnType>
    readonly cells: readonly Cell[]
    readonly id: string
  },
): void {
  if (names.every((name) => row.columns.has(name))) return
  names.forEach((column, i) => {
    const cell = row.cells[i] ?? null
    if (cell === null || row.columns.has(column)) return
    discards.push(
      discardOf(cell, { table, column, id: row.id }, 'the column could not be added to the table'),
    )
  })
}

function discardOf(cell: Cell | object, place: Omit<Place, 'type'>, reason: string): Discard {
  return {
    table: place.table,
    column: place.column,
    value: JSON.stringify(cell).slice(0, LONGEST_VALUE),
    reason,
    messageId: place.id,
  }
}

/** Leaves out the last values of a row that is too large. */
function narrowed(
  discards: Discard[],
  cells: Cell[],
  of: {
    readonly batch: RowBatch
    readonly kept: readonly { readonly name: string }[]
    readonly order: readonly string[]
    readonly id: string
  },
): Cell[] {
  const places = new Map(of.kept.map(({ name }, i) => [name, i]))
  const result = [...cells]
  // The head of a row, a bit for each column, and its seq.
  let size = 32 + Math.ceil(of.order.length / 8) + 8
  for (const column of of.order) {
    const i = places.get(column)
    const cell = i === undefined ? null : (cells[i] ?? null)
    if (i === undefined || cell === null) continue
    const after = grown(size, cell)
    if (after <= LARGEST_ROW) {
      size = after
      continue
    }
    result[i] = null
    discards.push(
      discardOf(cell, { ...of.batch, column, id: of.id }, 'the row has too many values'),
    )
  }
  return result
}

/** A text beyond 24 bytes is kept elsewhere, and has 18 in the row. Numbers and times are aligned. */
function grown(size: number, cell: Cell): number {
  if (typeof cell === 'boolean') return size + 1
  if (typeof cell === 'number') return Math.ceil(size / 8) * 8 + 8
  const length = Buffer.byteLength(cell ?? '') + 1
  return size + (length <= 24 ? length : 18)
}
