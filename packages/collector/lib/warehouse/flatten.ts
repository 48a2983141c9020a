// Objects become columns: `address.city` is `address_city`.
import { isObject, type JsonObject } from '../messages/message.js'
import type { Cell } from '../cells.js'
import { joined, nameOf } from './snake-case.js'

/** A value on its way into a column. */
export interface RawCell {
  readonly column: string
  readonly value: Cell
}

/** Deeper objects are kept as JSON: a name for each of their values would say nothing any more. */
const MAX_DEPTH = 16

/** The columns of an object's keys, with the key at the top that each comes from. */
export function flatten(object: JsonObject, add: (cell: RawCell, key: string) => void): void {
  for (const key of Object.keys(object)) {
    flattenInto(nameOf(key), object[key], 1, (cell) => {
      add(cell, key)
    })
  }
}

/** The columns of a nested object, such as the context. */
export function flattenUnder(
  prefix: string,
  object: JsonObject,
  add: (cell: RawCell) => void,
): void {
  flattenInto(prefix, object, 0, add)
}

function flattenInto(
  column: string,
  value: unknown,
  depth: number,
  add: (cell: RawCell) => void,
): void {
  if (isObject(value) && depth < MAX_DEPTH) {
    for (const key of Object.keys(value)) {
      flattenInto(joined(column, nameOf(key)), value[key], depth + 1, add)
    }
  } else add({ column, value: cellOf(value) })
}

/** An array is kept as JSON. */
function cellOf(value: unknown): Cell {
  if (value === undefined) return null
  if (typeof value === 'object' && value !== null) return JSON.stringify(value)
  return value as Cell
}
