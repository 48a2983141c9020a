// Objects become columns: `address.city` is `address_city`.
import { isObject, type JsonObject } from '../messages/message.js'
import type { Cell } from '../cells/cells.js'
import { jsonText } from './json-text.js'
import { type Path, paths } from './paths.js'
import { isPlain } from '../messages/plain-text.js'

/** A value on its way into a column. */
export interface RawCell {
  readonly column: string
  readonly value: Cell
  /** The column of the key at the top: the trait that the value is a part of. */
  readonly root: string
  /** Whether it is a text that cannot be kept as it is. */
  readonly isOdd: boolean
}

/** Deeper objects are kept as JSON: a name for each of their values would say nothing any more. */
const MAX_DEPTH = 16

/** The columns of traits or properties. */
export function flatten(object: JsonObject): RawCell[] {
  const cells: RawCell[] = []
  flattenInto(object, paths.top, 0, cells)
  return cells
}

/** The columns of a message's context. */
export function flattenContext(context: JsonObject): RawCell[] {
  const cells: RawCell[] = []
  flattenInto(context, paths.context, 0, cells)
  return cells
}

/** One value that has a column of its own. */
export function rawCell(column: string, value: unknown): RawCell {
  return newCell(column, column, value)
}

function flattenInto(object: JsonObject, parent: Path, depth: number, cells: RawCell[]): void {
  for (const key of Object.keys(object)) {
    const value = object[key]
    const path = paths.child(parent, key)
    if (isObject(value) && depth < MAX_DEPTH) {
      // Nothing is in it, but the trait was set.
      if (Object.keys(value).length === 0) cells.push(newCell(path.column, path.root, null))
      else flattenInto(value, path, depth + 1, cells)
    } else cells.push(newCell(path.column, path.root, value))
  }
}

function newCell(column: string, root: string, raw: unknown): RawCell {
  const value = cellOf(raw)
  return { column, root, value, isOdd: typeof value === 'string' && !isPlain(value) }
}

/** An array is kept as JSON. */
function cellOf(value: unknown): Cell {
  if (value === undefined) return null
  return typeof value === 'object' && value !== null ? jsonText(value) : (value as Cell)
}
