// The tables of the sources: all sources share them.
import type { Cell, ColumnType, RowBatch } from '../../cells/cells.js'
import type { Schema, SchemaChange, UpsertState } from '../../warehouse/schema.js'
import type { Counters } from './counters.js'
import { createColumn, quote } from './sql-text.js'
import type { Statements } from './statements.js'
import { createTable, SEQ } from './table-text.js'
import { TrackRows } from './track-rows.js'
import { stateFromText, stateToText } from './upsert-text.js'
import { widen } from './widen.js'

type Tables = Map<string, Map<string, ColumnType>>

export class SourceTables {
  readonly #statements: Statements
  readonly #counters: Counters
  #tables: Tables = new Map()

  constructor(statements: Statements, counters: Counters) {
    this.#statements = statements
    this.#counters = counters
  }

  /** Reads what a transaction that failed, or another process, has changed. */
  load(): void {
    this.#tables = readSchema(this.#statements)
  }

  get schema(): Schema {
    return this.#tables
  }

  change(changes: readonly SchemaChange[]): void {
    for (const change of changes) {
      const { table } = change
      if (change.kind === 'create') {
        this.#statements.exec(createTable(table, change.columns))
        this.#tables.set(table, new Map())
        this.#note(table, change.columns)
      } else if (change.kind === 'add') {
        for (const [name, type] of change.columns) {
          this.#statements.exec(
            `ALTER TABLE ${quote(table)} ADD COLUMN ${createColumn(name, type)}`,
          )
        }
        this.#note(table, change.columns)
      } else {
        this.#widen(change)
      }
    }
    if (changes.length > 0) this.#statements.forget()
  }

  /** `seqOf`: the places of the messages; of a row that has none, `spare` gives one. */
  insert(batches: readonly RowBatch[], places: Places): void {
    let tracks: TrackRows | undefined
    for (const { table, columns, rows } of batches) {
      const idAt = columns.indexOf('id')
      const cells = rows.map((row) => {
        const id = String(row[idAt])
        return [places.seqOf(id) ?? places.spare(table, id), ...row]
      })
      const batch = { table, columns: [SEQ, ...columns], rows: cells }
      const inserted =
        tracks?.insertEvents(batch) ??
        this.#statements.insert({ ...batch, tail: 'ON CONFLICT DO NOTHING' }, cells)
      this.#counters.add(`rows ${table}`, inserted)
      // Rows that were there already may be other ones.
      const areNew = table === 'tracks' && inserted === cells.length
      if (areNew) tracks = new TrackRows(this.#statements, batch)
    }
  }

  states(table: string, ids: readonly string[]): UpsertState[] {
    const rows = this.#statements.all(
      `SELECT id, state, rest FROM selfsame_upserts
       WHERE "table" = ? AND id IN (SELECT value FROM json_each(?))`,
      [table, JSON.stringify(ids)],
    )
    const types = this.#tables.get(table)
    return (rows as [string, string, string][]).map(([id, text, rest]) => {
      const columns = stateFromText(text)
      // A column may have become one of text since.
      for (const [name, cell] of columns) {
        const { value } = cell
        if (types?.get(name) !== 'text' || value === null || typeof value === 'string') continue
        columns.set(name, { ...cell, value: String(value) })
      }
      return { id, columns, rest }
    })
  }

  upsert(table: string, states: readonly UpsertState[], nextSeq: () => number): void {
    this.#statements.insert(
      {
        table: 'selfsame_upserts',
        columns: ['table', 'id', 'state', 'rest'],
        tail: 'ON CONFLICT DO UPDATE SET state = excluded.state, rest = excluded.rest',
      },
      states.map(({ id, columns, rest }) => [table, id, stateToText(columns), rest]),
    )
    for (const state of states) this.#writeState(table, state, nextSeq)
  }

  #writeState(table: string, { id, columns }: UpsertState, nextSeq: () => number): void {
    const cells = [...columns].filter(([name]) => name !== 'id')
    const seq = this.#statements.value(`SELECT ${SEQ} FROM ${quote(table)} WHERE id = ?`, [id])
    const names = cells.map(([name]) => name)
    const values = cells.map(([, { value }]) => value)
    if (seq === undefined) {
      const columnsOfRow = [SEQ, 'id', ...names]
      this.#statements.insert({ table, columns: columnsOfRow }, [[nextSeq(), id, ...values]])
      this.#counters.add(`rows ${table}`, 1)
    } else if (names.length > 0) {
      const set = names.map((name) => `${quote(name)} = ?`).join(', ')
      this.#statements.run(`UPDATE ${quote(table)} SET ${set} WHERE ${SEQ} = ?`, [...values, seq])
    }
  }

  #note(table: string, columns: ReadonlyMap<string, ColumnType>): void {
    const known = this.#tables.get(table)
    if (!known) throw new Error(`There is no table ${table}`)
    const rows: Cell[][] = []
    for (const [name, type] of columns) {
      rows.push([table, name, type, known.size])
      known.set(name, type)
    }
    this.#statements.insert(
      { table: 'selfsame_columns', columns: ['table', 'column', 'type', 'place'] },
      rows,
    )
  }

  #widen({ table, column, from, to }: SchemaChange & { kind: 'widen' }): void {
    const columns = this.#tables.get(table)
    if (columns?.get(column) !== from) throw new Error(`${column} of ${table} is no ${from}`)
    widen(this.#statements, { table, columns, column, to })
    columns.set(column, to)
    this.#statements.run(
      'UPDATE selfsame_columns SET type = ? WHERE "table" = ? AND "column" = ?',
      [to, table, column],
    )
  }
}

export interface Places {
  readonly seqOf: (messageId: string) => number | undefined
  readonly spare: (table: string, id: string) => number
}

export function readSchema(statements: Statements): Tables {
  const tables: Tables = new Map()
  const rows = statements.all(
    'SELECT "table", "column", type FROM selfsame_columns ORDER BY "table", place',
  )
  for (const [table, column, type] of rows as [string, string, ColumnType][]) {
    const columns = tables.get(table) ?? new Map<string, ColumnType>()
    tables.set(table, columns.set(column, type))
  }
  return tables
}
