// How wide a row may be: PostgreSQL keeps a row on one page of 8 KiB, long texts aside.
import type { Cell } from '../cells/cells.js'

/** A page less its head, the row's, and the bits that say which columns of 1,600 are null. */
const MAX_WIDTH = 7_800
/** A text moves out of the row if it takes more than this, and leaves less behind. */
const WIDEST_TEXT = 24
/** With the gap before it. */
const NUMBER = 15
const MAX_CELLS = Math.floor(MAX_WIDTH / WIDEST_TEXT)

/** Whether the cells have to be measured. */
export function mayBeTooWide(row: readonly Cell[]): boolean {
  return row.length > MAX_CELLS
}

/** The room of one row. */
export class Room {
  #left = MAX_WIDTH

  /** Whether there was room for the value. */
  take(value: Exclude<Cell, null>): boolean {
    const width = widthOf(value)
    if (width > this.#left) return false
    this.#left -= width
    return true
  }
}

/** A number or boolean may become text later, in place. */
function widthOf(value: Exclude<Cell, null>): number {
  const text = String(value)
  const asText = text.length >= WIDEST_TEXT ? WIDEST_TEXT : 1 + Buffer.byteLength(text)
  const width = Math.min(WIDEST_TEXT, asText)
  return typeof value === 'number' ? Math.max(NUMBER, width) : width
}
