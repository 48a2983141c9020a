// The types of columns: which a value has, which holds which, and what a value is in it.
import type { Cell, ColumnType } from '../cells/cells.js'
import { isCanonical, parseDate } from '../messages/timestamps.js'

/** A value that is there. */
export type Value = Exclude<Cell, null>

// A time and its zone, and no more of its fraction than a timestamp keeps.
const EXACT = /^\d{4}-\d\d?-\d\d?[Tt ]\d\d?:\d\d(?::\d\d(?:\.\d{1,3}0*)?)?(?:[Zz]|[+-]\d\d:?\d\d)$/

const YEAR_1 = new Date(0).setUTCFullYear(1, 0, 1)
const YEAR_10000 = Date.UTC(10_000, 0, 1)

/** The type of a column that appears with this value. */
export function typeOf(value: Value): ColumnType {
  switch (typeof value) {
    case 'boolean':
      return 'boolean'
    case 'number':
      return Number.isSafeInteger(value) ? 'integer' : 'number'
    default:
      return isExactTime(value) ? 'timestamp' : 'text'
  }
}

/** The type that holds what a column holds and this value too. A column of timestamps stays one. */
export function widened(type: ColumnType, value: Value): ColumnType {
  if (type === 'text' || type === 'timestamp') return type
  if (typeof value === 'boolean') return type === 'boolean' ? type : 'text'
  if (typeof value === 'string' || type === 'boolean') return 'text'
  return Number.isSafeInteger(value) ? type : 'number'
}

/** The value as a column of this type holds it; `null` if it does not. */
export function converted(value: Cell, type: ColumnType): Cell {
  if (value === null) return null
  if (type === 'text') return String(value)
  if (type === 'timestamp') return instantOf(value) ?? null
  // Zero has no sign in a column of integers, and none in some stores.
  return value === 0 ? 0 : value
}

/** Whether a text names an instant that a timestamp keeps whole. */
export function isExactTime(text: string): boolean {
  return EXACT.test(text) && instantOf(text) !== undefined
}

/** The instant as ISO 8601 in UTC; undefined if it is none, or not of the years that every store knows. */
export function instantOf(value: Cell): string | undefined {
  if (typeof value !== 'string') return undefined
  if (isCanonical(value) && !value.startsWith('0000')) return value
  const time = parseDate(value)
  if (time === undefined || time < YEAR_1 || time >= YEAR_10000) return undefined
  return new Date(time).toISOString()
}
