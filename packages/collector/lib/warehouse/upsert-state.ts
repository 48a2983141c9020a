// The state of a row of `users` or `accounts`: what each trait was set to last. The order of updates does not count.
import type { Cell } from '../cells/cells.js'
import type { Discards } from './discards.js'
import { Room } from './room.js'
import type { UpsertCell, UpsertState } from './schema.js'
import type { TableDraft } from './table-draft.js'
import { converted } from './types.js'
import type { RowUpdate } from './upserts.js'

/** The newest that was said about a trait: all of it, so that a part that is no longer named is gone. */
interface Said {
  readonly timestamp: number
  readonly seq: number
  readonly values: Map<string, Cell>
  /** The message that said it, if it is of this batch. */
  readonly messageId?: string
}

type RestEntry = [trait: string, timestamp: number, seq: number, values: [string, Cell][]]

interface Target {
  readonly table: RowUpdate['table']
  readonly draft: TableDraft
  readonly discards: Discards
}

/**
 * The states of the rows after these updates, in any order: of each trait the newest value.
 *
 * @param states - Those that are known of the ids of the updates.
 * @returns New states, whose values are of the types that the columns will have.
 */
export function applyUpserts(
  states: readonly UpsertState[],
  updates: readonly RowUpdate[],
  target: Target,
): UpsertState[] {
  const rows = new Map(states.map((state) => [state.id, new RowState(state)]))
  for (const update of updates) {
    let row = rows.get(update.id)
    if (row === undefined) {
      row = new RowState({ id: update.id, columns: new Map(), rest: '' })
      rows.set(update.id, row)
    }
    row.apply(update)
  }
  return [...rows.values()].map((row) => row.toState(target))
}

class RowState {
  readonly #before: UpsertState
  readonly #traits = new Map<string, Said>()
  #receivedAt: UpsertCell | undefined

  constructor(state: UpsertState) {
    this.#before = state
    for (const [column, { trait, timestamp, seq, value }] of state.columns) {
      if (trait === '') continue
      const { values } = this.#said(trait, { timestamp, seq })
      if (value !== null) values.set(column, value)
    }
    this.#receivedAt = state.columns.get('received_at')
    const rest = state.rest === '' ? [] : (JSON.parse(state.rest) as RestEntry[])
    for (const [trait, timestamp, seq, hidden] of rest) {
      const { values } = this.#said(trait, { timestamp, seq })
      for (const [column, value] of hidden) values.set(column, value)
    }
  }

  apply({ traits, timestamp, seq, receivedAt, messageId }: RowUpdate): void {
    const moment = { timestamp, seq }
    if (this.#receivedAt === undefined || isNewer(moment, this.#receivedAt)) {
      this.#receivedAt = { value: receivedAt, timestamp, seq, trait: '' }
    }
    for (const [trait, values] of traits) {
      const before = this.#traits.get(trait)
      if (before !== undefined && !isNewer(moment, before)) continue
      this.#traits.set(trait, { timestamp, seq, messageId, values: new Map(values) })
    }
  }

  toState(target: Target): UpsertState {
    const { id } = this.#before
    const columns = this.#columns(target)
    if (target.table === 'users') deriveName(columns, target.draft)
    return { id, columns, rest: this.#rest(columns) }
  }

  #said(trait: string, moment: { timestamp: number; seq: number }): Said {
    let said = this.#traits.get(trait)
    if (said === undefined) this.#traits.set(trait, (said = { ...moment, values: new Map() }))
    return said
  }

  #columns(target: Target): Map<string, UpsertCell> {
    const columns = new Map<string, UpsertCell>()
    for (const [column, cell] of this.#before.columns) {
      columns.set(column, this.#cleared(cell))
    }
    if (this.#receivedAt !== undefined) columns.set('received_at', this.#receivedAt)
    for (const [trait, { timestamp, seq, values }] of this.#traits) {
      for (const [column, value] of values) {
        const other = columns.get(column)
        if (other?.value != null && !isNewer({ timestamp, seq }, other)) continue
        const type = target.draft.typeOf(column) ?? 'text'
        columns.set(column, { value: converted(value, type), timestamp, seq, trait })
      }
    }
    this.#narrow(columns, target)
    return columns
  }

  /** A column that may have no value any more. */
  #cleared({ trait, timestamp, seq }: UpsertCell): UpsertCell {
    const said = this.#traits.get(trait)
    return {
      value: null,
      trait,
      timestamp: said?.timestamp ?? timestamp,
      seq: said?.seq ?? seq,
    }
  }

  /** What finds no room is kept beside the row. */
  #narrow(columns: Map<string, UpsertCell>, { table, discards }: Target): void {
    const room = new Room()
    room.take(this.#before.id)
    for (const [column, cell] of columns) {
      if (cell.value === null || room.take(cell.value)) continue
      columns.set(column, { ...cell, value: null })
      const messageId = this.#traits.get(cell.trait)?.messageId
      if (messageId === undefined) continue
      discards.add({ table, column, messageId }, cell.value, 'the row is too wide')
    }
  }

  #rest(columns: ReadonlyMap<string, UpsertCell>): string {
    const shown = new Set([...columns.values()].map(({ trait }) => trait))
    const rest: RestEntry[] = []
    for (const [trait, { timestamp, seq, values }] of this.#traits) {
      const hidden = [...values].filter(([column]) => {
        const cell = columns.get(column)
        return cell?.trait !== trait || cell.value === null
      })
      if (hidden.length > 0 || !shown.has(trait)) rest.push([trait, timestamp, seq, hidden])
    }
    return rest.length === 0 ? '' : JSON.stringify(rest)
  }
}

/** A name that is made of its parts is no trait: any name that is sent replaces it (Segment spec: Identify). */
function deriveName(columns: Map<string, UpsertCell>, draft: TableDraft): void {
  const before = columns.get('name')
  if (before !== undefined && before.value !== null) return
  const first = columns.get('first_name')?.value ?? null
  const last = columns.get('last_name')?.value ?? null
  if (first === null || last === null) return
  const name = `${String(first)} ${String(last)}`.trim()
  const type = draft.typeOf('name')
  const value = type === undefined || name === '' ? null : converted(name, type)
  if (value !== null) columns.set('name', { value, timestamp: 0, seq: 0, trait: '' })
}

interface Moment {
  readonly timestamp: number
  readonly seq: number
}

function isNewer(a: Moment, b: Moment): boolean {
  return a.timestamp === b.timestamp ? a.seq > b.seq : a.timestamp > b.timestamp
}
