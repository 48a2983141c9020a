// The schema as a batch of rows will leave it. The schema that is given stays as it is.
import { toUSVString } from 'node:util'
import type { Cell, ColumnType, RowBatch } from '../cells.js'
import type { RawCell } from './flatten.js'
import type { Discard, Schema, SchemaChange } from './schema.js'
import { fixedColumns, isEventTable } from './tables.js'
import { converted, typeOf, widened } from './types.js'

/** PostgreSQL has at most 1,600 columns in a table. */
const MAX_COLUMNS = 1_500
const MAX_EVENT_TABLES = 500
/** As much of a value as a discard shows. */
const SHOWN = 1_000

interface DraftTable {
  readonly name: string
  readonly isNew: boolean
  /** As they will be. */
  readonly types: Map<string, ColumnType>
  readonly fixed: ReadonlyMap<string, ColumnType>
  readonly rows: ReadonlyMap<string, Cell>[]
  /** The columns that the rows use. */
  readonly used: Set<string>
}

export interface DraftOptions {
  /** The longest text, in characters; longer ones are cut. */
  readonly maxText: number
}

export class SchemaDraft {
  readonly discards: Discard[] = []
  readonly #schema: Schema
  readonly #options: DraftOptions
  readonly #tables = new Map<string, DraftTable>()
  #eventTables: number

  constructor(schema: Schema, options: DraftOptions) {
    this.#schema = schema
    this.#options = options
    this.#eventTables = 0
    for (const table of schema.keys()) if (isEventTable(table)) this.#eventTables += 1
  }

  /** Whether the table is there, or there is room for it. */
  hasRoomFor(table: string): boolean {
    return (
      this.#tables.has(table) || this.#schema.has(table) || this.#eventTables < MAX_EVENT_TABLES
    )
  }

  /** Sees to it that the table is there. */
  ensure(name: string): void {
    this.#table(name)
  }

  /** Takes a row in. What cannot stand in it is a discard. */
  addRow(name: string, messageId: string, cells: Iterable<RawCell>): void {
    const table = this.#table(name)
    const row = new Map<string, Cell>()
    for (const { column, value } of cells) this.#addCell(table, row, { column, value }, messageId)
    table.rows.push(row)
  }

  /**
   * Makes room for a value of a row that is not added here.
   *
   * @returns The value as it may be kept; undefined if it cannot.
   */
  fit(name: string, { column, value }: RawCell, messageId: string): Cell | undefined {
    return this.#fit(this.#table(name), column, value, messageId)
  }

  /** The type that a column will have. */
  typeOf(table: string, column: string): ColumnType | undefined {
    return this.#tables.get(table)?.types.get(column) ?? this.#schema.get(table)?.get(column)
  }

  discard(table: string, { column, value }: RawCell, reason: string, messageId: string): void {
    const text = JSON.stringify(value)
    const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
    this.discards.push({ table, column, value: shown, reason, messageId })
  }

  changes(): SchemaChange[] {
    const changes: SchemaChange[] = []
    for (const { name, isNew, types } of this.#tables.values()) {
      if (isNew) {
        changes.push({ kind: 'create', table: name, columns: types })
        continue
      }
      const before = this.#schema.get(name)
      const added = new Map<string, ColumnType>()
      for (const [column, type] of types) {
        const from = before?.get(column)
        if (from === undefined) added.set(column, type)
        else if (from !== type) changes.push({ kind: 'widen', table: name, column, from, to: type })
      }
      if (added.size > 0) changes.push({ kind: 'add', table: name, columns: added })
    }
    return changes
  }

  batches(): RowBatch[] {
    const batches: RowBatch[] = []
    for (const { name, types, rows, used } of this.#tables.values()) {
      if (rows.length === 0) continue
      const columns = [...types.keys()].filter((column) => used.has(column))
      batches.push({
        table: name,
        columns,
        rows: rows.map((row) =>
          columns.map((column) => converted(row.get(column) ?? null, types.get(column) ?? 'text')),
        ),
      })
    }
    return batches
  }

  #table(name: string): DraftTable {
    let table = this.#tables.get(name)
    if (table === undefined) {
      const before = this.#schema.get(name)
      const fixed = fixedColumns(name)
      if (before === undefined && isEventTable(name)) this.#eventTables += 1
      table = {
        name,
        isNew: before === undefined,
        types: new Map(before ?? fixed),
        fixed,
        rows: [],
        used: new Set(['id']),
      }
      this.#tables.set(name, table)
    }
    return table
  }

  #addCell(table: DraftTable, row: Map<string, Cell>, cell: RawCell, messageId: string): void {
    const { column, value } = cell
    if (row.has(column)) {
      // Equal values say the same: createdAt and created_at, for those who send both.
      if (value !== null && row.get(column) !== value) {
        this.discard(table.name, cell, 'another value has the same column', messageId)
      }
      return
    }
    const fitted = this.#fit(table, column, value, messageId)
    if (fitted === undefined || fitted === null) return
    row.set(column, fitted)
    table.used.add(column)
  }

  #fit(table: DraftTable, column: string, raw: Cell, messageId: string): Cell | undefined {
    if (raw === null) return null
    const value = this.#clean(table, column, raw, messageId)
    const type = table.types.get(column)
    if (type === undefined) {
      if (table.types.size >= MAX_COLUMNS) {
        const reason = `the table has ${MAX_COLUMNS} columns, and no room for more`
        this.discard(table.name, { column, value }, reason, messageId)
        return undefined
      }
      table.types.set(column, typeOf(value))
      return value
    }
    const wider = widened(type, value)
    if (wider === undefined || (wider !== type && table.fixed.has(column))) {
      this.discard(table.name, { column, value }, `the column holds a ${type}`, messageId)
      return undefined
    }
    if (wider !== type) table.types.set(column, wider)
    return value
  }

  /** PostgreSQL holds no NUL, and no half of a character. */
  #clean(
    table: DraftTable,
    column: string,
    value: Exclude<Cell, null>,
    messageId: string,
  ): Exclude<Cell, null> {
    if (typeof value !== 'string') return value
    let text = toUSVString(value)
    if (text.includes('\u0000')) text = text.replaceAll('\u0000', '\uFFFD')
    if (text !== value) {
      const reason = 'NUL characters and lone surrogates are replaced by U+FFFD'
      this.discard(table.name, { column, value }, reason, messageId)
    }
    if (text.length <= this.#options.maxText) return text
    const reason = `the text is cut at ${this.#options.maxText} characters`
    this.discard(table.name, { column, value: text }, reason, messageId)
    return toUSVString(text.slice(0, this.#options.maxText))
  }
}
