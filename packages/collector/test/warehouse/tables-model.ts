// Tables as simple as can be: what a store does with a plan, without a store.
import type { Cell, ColumnType } from '../../lib/cells/cells.js'
import type { CollectedMessage } from '../../lib/messages/message.js'
import { type PlanOptions, planRows } from '../../lib/warehouse/plan.js'
import type { Discard, SchemaChange, UpsertState } from '../../lib/warehouse/schema.js'

export type Row = Record<string, Cell>

/** A message with what every message has; what is given replaces it. */
export function message(fields: Partial<CollectedMessage>): CollectedMessage {
  counted += 1
  const at = '2026-03-01T12:00:00.000Z'
  return {
    type: 'track',
    messageId: `m${counted}`,
    receivedAt: at,
    timestamp: at,
    anonymousId: 'a1',
    ...(fields.type === undefined || fields.type === 'track' ? { event: 'Seen' } : {}),
    ...fields,
  }
}
let counted = 0

export class TablesModel {
  readonly types = new Map<string, Map<string, ColumnType>>()
  readonly discards: Discard[] = []
  readonly changes: SchemaChange[] = []
  readonly #rows = new Map<string, Map<string, Row>>()
  readonly #states = new Map<string, Map<string, UpsertState>>()
  readonly #options: PlanOptions
  #seq = 0

  constructor(options: PlanOptions = { isSegment: false }) {
    this.#options = options
  }

  /** Takes the messages in, as one batch. */
  take(...messages: CollectedMessage[]): this {
    const planned = messages.map((message) => ({ message, seq: ++this.#seq }))
    const plan = planRows(this.types, planned, this.#options)
    for (const change of plan.changes) this.#change(change)
    for (const { table, columns, rows } of plan.batches) {
      for (const cells of rows) {
        const row = Object.fromEntries(columns.map((column, i) => [column, cells[i]!]))
        const known = this.#rows.get(table)!
        if (!known.has(String(row.id))) known.set(String(row.id), row)
      }
    }
    for (const { table, ids, applyTo } of plan.upserts) {
      const known = this.#states.get(table) ?? new Map<string, UpsertState>()
      this.#states.set(table, known)
      const states = applyTo(ids.flatMap((id) => copyOf(known.get(id)) ?? []))
      for (const state of states) {
        known.set(state.id, copyOf(state)!)
        const cells = [...state.columns].map(([column, { value }]) => [column, value] as const)
        this.#rows.get(table)!.set(state.id, Object.fromEntries([['id', state.id], ...cells]))
      }
    }
    this.discards.push(...plan.discards)
    return this
  }

  tables(): string[] {
    return [...this.types.keys()].sort()
  }

  /** The rows of a table, with every column that has a value in them. */
  rows(table: string): Row[] {
    return [...(this.#rows.get(table)?.values() ?? [])].map((row) => {
      const entries = Object.entries(row).filter(([, value]) => value !== null)
      return Object.fromEntries(entries)
    })
  }

  row(table: string, id: string): Row | undefined {
    return this.rows(table).find((row) => row.id === id)
  }

  typeOf(table: string, column: string): ColumnType | undefined {
    return this.types.get(table)?.get(column)
  }

  #change(change: SchemaChange): void {
    this.changes.push(change)
    const { table } = change
    if (change.kind === 'create') {
      if (this.types.has(table)) throw new Error(`${table} is there`)
      if ([...change.columns.keys()][0] !== 'id') throw new Error('the first column is not the id')
      this.types.set(table, new Map(change.columns))
      this.#rows.set(table, new Map())
      return
    }
    const types = this.types.get(table)!
    if (change.kind === 'add') {
      for (const [column, type] of change.columns) {
        if (types.has(column)) throw new Error(`${column} is there`)
        types.set(column, type)
      }
      return
    }
    const { column, from, to } = change
    if (types.get(column) !== from) throw new Error(`${column} is no ${from}`)
    types.set(column, to)
    for (const row of this.#rows.get(table)!.values()) {
      const value = row[column] ?? null
      if (to === 'text' && value !== null) row[column] = String(value)
    }
  }
}

/** As it comes back from a store that keeps it as JSON. */
function copyOf(state: UpsertState | undefined): UpsertState | undefined {
  if (state === undefined) return undefined
  const columns = JSON.parse(JSON.stringify([...state.columns])) as [string, never][]
  return { id: state.id, columns: new Map(columns), rest: state.rest }
}
