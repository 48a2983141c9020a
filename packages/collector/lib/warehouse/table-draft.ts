// A table as a batch of rows will leave it: the types of its columns, and its new rows.
import type { Cell, Columns, ColumnType, RowBatch } from '../cells/cells.js'
import type { Discards, DiscardReason } from './discards.js'
import type { RawCell } from './flatten.js'
import { mayBeTooWide, Room } from './room.js'
import type { SchemaChange } from './schema.js'
import { plainText } from '../messages/plain-text.js'
import { cutText } from './text.js'
import { converted, instantOf, isExactTime, typeOf, type Value, widened } from './types.js'

/** PostgreSQL has at most 1,600 columns in a table. */
const MAX_COLUMNS = 1_500

export interface TableOptions {
  readonly name: string
  /** As the table is; undefined if it is not there. */
  readonly before: Columns | undefined
  /** The columns that it begins with. */
  readonly fixed: Columns
  /** The longest text, in characters; longer ones are cut. */
  readonly maxText: number
  readonly discards: Discards
}

interface Slot {
  readonly column: string
  /** What it was before the batch; undefined if it is new. */
  readonly from: ColumnType | undefined
  readonly isFixed: boolean
  type: ColumnType
  /** Its place in the new rows; -1 if none of them has a value for it. */
  index: number
}

/** The cells of a row: those of the call, of the context, and of traits or properties. */
export interface NewRow {
  readonly messageId: string
  readonly call: readonly RawCell[]
  readonly context: readonly RawCell[]
  readonly own: readonly RawCell[]
}

export class TableDraft {
  readonly #options: TableOptions
  readonly #slots = new Map<string, Slot>()
  readonly #used: Slot[] = []
  /** By the place of a cell in its row: most rows have the same columns in the same order as the row before. */
  readonly #lastSlots: (Slot | undefined)[] = []
  readonly #rows: Cell[][] = []
  #columns: number

  constructor(options: TableOptions) {
    const { before, fixed } = options
    this.#options = options
    this.#columns = before?.size ?? 0
    for (const [column, type] of fixed) {
      const from = before?.get(column)
      if (from === undefined) this.#columns += 1
      this.#slots.set(column, { column, from, isFixed: true, type: from ?? type, index: -1 })
    }
    const id = this.#slots.get('id')
    if (id !== undefined) this.#use(id)
  }

  addRow(row: NewRow): void {
    const cells = new Array<Cell>(this.#used.length).fill(null)
    let place = 0
    for (const cell of row.call) this.#place(cells, cell, row.messageId, place++)
    for (const cell of row.context) this.#place(cells, cell, row.messageId, place++)
    for (const cell of row.own) {
      if (!this.#isTaken(cell, row, place)) this.#place(cells, cell, row.messageId, place)
      place += 1
    }
    if (mayBeTooWide(cells)) this.#narrow(cells, row.messageId)
    this.#rows.push(cells)
  }

  /**
   * Makes room for a value of a row that is not added here.
   *
   * @returns The value as it may be kept; `null` if it cannot.
   */
  fit({ column, value, isOdd }: RawCell, messageId: string): Cell {
    if (value === null) return null
    const slot = this.#slots.get(column) ?? this.#known(column)
    return this.#fit(slot, { column, value, isOdd }, messageId)
  }

  /** The type that the column will have; undefined if there is none. */
  typeOf(column: string): ColumnType | undefined {
    return this.#slots.get(column)?.type ?? this.#options.before?.get(column)
  }

  changes(): SchemaChange[] {
    const { name: table, before } = this.#options
    const added = new Map<string, ColumnType>()
    const changes: SchemaChange[] = []
    for (const { column, from, type } of this.#slots.values()) {
      if (from === undefined) added.set(column, type)
      else if (from !== type) changes.push({ kind: 'widen', table, column, from, to: type })
    }
    if (before === undefined) return [{ kind: 'create', table, columns: added }]
    if (added.size > 0) changes.push({ kind: 'add', table, columns: added })
    return changes
  }

  batch(): RowBatch | undefined {
    if (this.#rows.length === 0) return undefined
    const width = this.#used.length
    for (const row of this.#rows) while (row.length < width) row.push(null)
    this.#used.forEach(({ type }, index) => {
      if (type !== 'text') return
      // It may have become text after it had the first of these values.
      for (const row of this.#rows) {
        const value = row[index] ?? null
        if (value !== null && typeof value !== 'string') row[index] = String(value)
      }
    })
    return {
      table: this.#options.name,
      columns: this.#used.map(({ column }) => column),
      rows: this.#rows,
    }
  }

  #known(column: string): Slot | undefined {
    const from = this.#options.before?.get(column)
    if (from === undefined) return undefined
    const slot: Slot = { column, from, isFixed: false, type: from, index: -1 }
    this.#slots.set(column, slot)
    return slot
  }

  #use(slot: Slot): void {
    slot.index = this.#used.push(slot) - 1
  }

  #slotAt(place: number, column: string): Slot | undefined {
    const last = this.#lastSlots[place]
    if (last?.column === column) return last
    const slot = this.#slots.get(column) ?? this.#known(column)
    this.#lastSlots[place] = slot
    return slot
  }

  #place(row: Cell[], cell: RawCell, messageId: string, place: number): void {
    const { column, value, isOdd } = cell
    if (value === null) return
    let slot = this.#slotAt(place, column)
    const other = slot === undefined || slot.index < 0 ? null : (row[slot.index] ?? null)
    if (slot !== undefined && other !== null) {
      // Equal values say the same: createdAt and created_at, for those who send both.
      const isInexact = slot.type === 'timestamp' && !isExactTime(String(value))
      if (isInexact || converted(value, slot.type) !== other) {
        this.#discard(column, value, 'another value of the message has the same column', messageId)
      }
      return
    }
    const fitted = this.#fit(slot, { column, value, isOdd }, messageId)
    if (fitted === null) return
    slot ??= this.#slots.get(column)
    if (slot === undefined) return
    if (slot.index < 0) {
      this.#use(slot)
      row.push(fitted)
    } else row[slot.index] = fitted
  }

  #fit(
    slot: Slot | undefined,
    { column, value, isOdd }: { column: string; value: Value; isOdd: boolean },
    messageId: string,
  ): Cell {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return this.#discard(column, value, 'not a finite number', messageId)
    }
    if (slot === undefined) {
      if (this.#columns >= MAX_COLUMNS) {
        return this.#discard(column, value, 'the table has 1,500 columns', messageId)
      }
      const text = this.#keepable(column, value, isOdd, messageId)
      const type = typeOf(text)
      this.#slots.set(column, { column, from: undefined, isFixed: false, type, index: -1 })
      this.#columns += 1
      return converted(text, type)
    }
    if (slot.type === 'timestamp') return this.#fitTime(slot, value, messageId)
    slot.type = widened(slot.type, value)
    return converted(this.#keepable(column, value, isOdd, messageId), slot.type)
  }

  #fitTime({ column, isFixed }: Slot, value: Value, messageId: string): Cell {
    const instant = instantOf(value)
    if (instant === undefined) {
      return this.#discard(column, value, 'not a timestamp, as the column is', messageId)
    }
    // The times of the call itself are always read so.
    if (instant !== value && !isFixed && !isExactTime(String(value))) {
      this.#discard(column, value, 'kept as UTC, to the millisecond', messageId)
    }
    return instant
  }

  #keepable(column: string, value: Value, isOdd: boolean, messageId: string): Value {
    if (typeof value !== 'string') return value
    let text = value
    if (isOdd) {
      const reason = 'NUL characters or lone surrogates replaced by U+FFFD'
      this.#discard(column, value, reason, messageId)
      text = plainText(value)
    }
    if (text.length <= this.#options.maxText) return text
    this.#discard(column, value, 'cut at 512 characters', messageId)
    return cutText(text, this.#options.maxText)
  }

  /** Whether a trait or property has the name of a column of the call, which it may not take. */
  #isTaken({ column, value }: RawCell, { messageId, call }: NewRow, place: number): boolean {
    if (this.#slotAt(place, column)?.isFixed !== true || SHARED.has(column)) return false
    if (value === null) return true
    const says = (name: string) =>
      call.some((cell) => cell.column === name && cell.value === String(value))
    // A trait `id` that is the userId, or a property that repeats its column, is not lost.
    if (says(column) || (column === 'id' && (says('user_id') || says('group_id')))) return true
    this.#discard(column, value, 'the column has a meaning of its own', messageId)
    return true
  }

  #narrow(row: Cell[], messageId: string): void {
    const room = new Room()
    row.forEach((value, index) => {
      const slot = this.#used[index]
      if (slot === undefined || value === null || room.take(value)) return
      this.#discard(slot.column, value, 'the row is too wide', messageId)
      row[index] = null
    })
  }

  #discard(column: string, value: Value, reason: DiscardReason, messageId: string): null {
    this.#options.discards.add({ table: this.#options.name, column, messageId }, value, reason)
    return null
  }
}

/** Columns of a page or screen that its properties may fill as well. */
const SHARED: ReadonlySet<string> = new Set(['name', 'category'])
