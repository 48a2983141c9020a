// The types of columns: which a value has, which holds which, and what a value is in it.
import type { Cell, ColumnType } from '../cells.js'
import { parseDate } from '../timestamps.js'

// With a time, a zone, and no more than a timestamp keeps.
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:?\d\d)$/

/** The type of a column that appears with this value. */
export function typeOf(value: Exclude<Cell, null>): ColumnType {
  switch (typeof value) {
    case 'boolean':
      return 'boolean'
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? 'integer' : 'number'
    default:
      return TIMESTAMP.test(value) && parseDate(value) !== undefined ? 'timestamp' : 'text'
  }
}

/** The type that holds what the column holds and this value too; undefined if there is none. */
export function widened(type: ColumnType, value: Exclude<Cell, null>): ColumnType | undefined {
  if (type === 'text') return 'text'
  if (type === 'timestamp') return timestampOf(value) === undefined ? undefined : 'timestamp'
  const own = typeOf(value)
  if (own === type) return type
  if (typeof value === 'number' && type !== 'boolean') return 'number'
  return 'text'
}

/** The value as the column holds it. It must fit: see widened(). */
export function converted(value: Cell, type: ColumnType): Cell {
  if (value === null) return null
  if (type === 'text') return String(value)
  if (type === 'timestamp') return timestampOf(value) ?? null
  return value
}

function timestampOf(value: Cell): string | undefined {
  const time = parseDate(value)
  return time === undefined ? undefined : new Date(time).toISOString()
}
