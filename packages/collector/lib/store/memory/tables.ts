// The tables of the sources, in memory: all sources share them.
import type { Cell, ColumnType, RowBatch } from '../../cells/cells.js'
import type { SchemaChange, UpsertState } from '../../warehouse/schema.js'
import { holds, redactedState } from '../redaction.js'
import type { Undo } from './undo.js'

type Row = { readonly columns: readonly string[]; readonly cells: readonly Cell[] }

interface Table {
  readonly columns: Map<string, ColumnType>
  /** By id, the oldest first. */
  readonly rows: Map<string, Row>
  /** Of `users` and `accounts`: what their rows are made of, the oldest first. */
  readonly states: Map<string, UpsertState>
}

function valueOf({ columns, cells }: Row, column: string): Cell | undefined {
  return cells[columns.indexOf(column)]
}

export class Tables {
  readonly #tables = new Map<string, Table>()

  get schema(): ReadonlyMap<string, ReadonlyMap<string, ColumnType>> {
    return new Map([...this.#tables].map(([name, { columns }]) => [name, new Map(columns)]))
  }

  list(): { name: string; columns: Map<string, ColumnType>; rows: number }[] {
    return [...this.#tables].map(([name, { columns, rows, states }]) => ({
      name,
      columns: new Map(columns),
      rows: rows.size + states.size,
    }))
  }

  change(change: SchemaChange, undo: Undo): void {
    const { table: name } = change
    if (change.kind === 'create') {
      if (this.#tables.has(name)) throw new Error(`The table ${name} exists`)
      this.#tables.set(name, {
        columns: new Map(change.columns),
        rows: new Map(),
        states: new Map(),
      })
      undo.push(() => this.#tables.delete(name))
      return
    }
    const { columns } = this.#table(name)
    if (change.kind === 'add') {
      for (const [column, type] of change.columns) {
        columns.set(column, type)
        undo.push(() => columns.delete(column))
      }
      return
    }
    const { column, from, to } = change
    if (columns.get(column) !== from)
      throw new Error(`The column ${column} of ${name} is no ${from}`)
    columns.set(column, to)
    undo.push(() => columns.set(column, from))
    if (to === 'text') this.#toText(this.#table(name), column, undo)
  }

  insert({ table: name, columns, rows }: RowBatch, undo: Undo): string[] {
    const table = this.#table(name)
    const idAt = columns.indexOf('id')
    const inserted: string[] = []
    for (const cells of rows) {
      const id = String(cells[idAt])
      if (table.rows.has(id)) continue
      table.rows.set(id, { columns, cells })
      inserted.push(id)
    }
    undo.push(() => {
      for (const id of inserted) table.rows.delete(id)
    })
    return inserted
  }

  states(name: string, ids: readonly string[]): UpsertState[] {
    const states = this.#tables.get(name)?.states
    return ids.flatMap((id) => {
      const state = states?.get(id)
      return state ? [copyState(state)] : []
    })
  }

  upsert(name: string, states: readonly UpsertState[], undo: Undo): void {
    const table = this.#table(name)
    for (const state of states) {
      const before = table.states.get(state.id)
      table.states.set(state.id, copyState(state))
      undo.push(() => (before ? table.states.set(state.id, before) : table.states.delete(state.id)))
    }
  }

  /** Without a way back: for rows that are too old to be kept. */
  forgetRow(name: string, id: string): void {
    this.#tables.get(name)?.rows.delete(id)
  }

  /** @returns how many rows of all tables went */
  erase(messageIds: ReadonlySet<string>, userIds: ReadonlySet<string>, undo: Undo): number {
    let count = 0
    for (const [name, { rows, states }] of this.#tables) {
      count += deleteFrom(rows, messageIds, undo)
      if (name === 'users') count += deleteFrom(states, userIds, undo)
    }
    return count
  }

  /** Takes values out of the rows of some messages, and out of some users. */
  redact(
    messageIds: ReadonlySet<string>,
    userIds: ReadonlySet<string>,
    { values, undo }: { readonly values: ReadonlySet<string>; readonly undo: Undo },
  ): void {
    for (const [name, { rows, states }] of this.#tables) {
      for (const id of messageIds) {
        const row = rows.get(id)
        if (!row) continue
        const idAt = row.columns.indexOf('id')
        const isGone = (cell: Cell, i: number) => i !== idAt && holds(cell, values)
        const cells = row.cells.map((cell, i) => (isGone(cell, i) ? null : cell))
        rows.set(id, { columns: row.columns, cells })
        undo.push(() => rows.set(id, row))
      }
      if (name !== 'users') continue
      for (const id of userIds) {
        const state = states.get(id)
        if (!state) continue
        states.set(id, redactedState(state, values))
        undo.push(() => states.set(id, state))
      }
    }
  }

  /** The newest rows, with every column of the table. */
  rows(
    name: string,
    limit: number,
    where?: { readonly column: string; readonly value: string },
  ): Record<string, Cell>[] | undefined {
    const table = this.#tables.get(name)
    if (!table) return undefined
    const found = where?.column === 'id' ? rowsWithId(table, where.value) : rowsWhere(table, where)
    return found
      .slice(Math.max(0, found.length - limit))
      .reverse()
      .map(({ columns, cells }) => {
        const row = Object.fromEntries([...table.columns.keys()].map((key) => [key, null as Cell]))
        columns.forEach((column, i) => (row[column] = cells[i] ?? null))
        return row
      })
  }

  #table(name: string): Table {
    const table = this.#tables.get(name)
    if (!table) throw new Error(`There is no table ${name}`)
    return table
  }

  #toText({ rows, states }: Table, column: string, undo: Undo): void {
    for (const [id, row] of rows) {
      const at = row.columns.indexOf(column)
      const value = row.cells[at] ?? null
      if (value === null) continue
      rows.set(id, { columns: row.columns, cells: row.cells.with(at, String(value)) })
      undo.push(() => rows.set(id, row))
    }
    for (const [id, state] of states) {
      const cell = state.columns.get(column)
      if (cell === undefined || cell.value === null) continue
      const columns = new Map(state.columns).set(column, { ...cell, value: String(cell.value) })
      states.set(id, { ...state, columns })
      undo.push(() => states.set(id, state))
    }
  }
}

/** Few of very many: they are not looked for. */
function rowsWithId({ rows, states }: Table, id: string): Row[] {
  const [row, state] = [rows.get(id), states.get(id)]
  return [...(row ? [row] : []), ...(state ? [rowOf(state)] : [])]
}

function rowsWhere(
  { rows, states }: Table,
  where: { readonly column: string; readonly value: string } | undefined,
): Row[] {
  const all = [...rows.values(), ...[...states.values()].map(rowOf)]
  return where ? all.filter((row) => valueOf(row, where.column) === where.value) : all
}

function copyState(state: UpsertState): UpsertState {
  return { ...state, columns: new Map(state.columns) }
}

function rowOf({ id, columns }: UpsertState): Row {
  const cells = [...columns].filter(([column]) => column !== 'id')
  return {
    columns: ['id', ...cells.map(([column]) => column)],
    cells: [id, ...cells.map(([, { value }]) => value)],
  }
}

/** A map keeps its order, so that what comes back must come back at its place: all of it is put in again. */
function deleteFrom<T>(map: Map<string, T>, ids: ReadonlySet<string>, undo: Undo): number {
  const found = [...ids].filter((id) => map.has(id))
  if (found.length === 0) return 0
  const before = [...map]
  for (const id of found) map.delete(id)
  undo.push(() => {
    map.clear()
    for (const [id, value] of before) map.set(id, value)
  })
  return found.length
}
