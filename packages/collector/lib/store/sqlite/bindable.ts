// Values as both libraries bind them: neither knows booleans.
import type { Cell } from '../../cells/cells.js'

/** The same array if it needs no change, as most do. */
export function bindable(values: readonly Cell[]): readonly (string | number | null)[] {
  return values.some(isBoolean)
    ? values.map((value) => (typeof value === 'boolean' ? Number(value) : value))
    : (values as readonly (string | number | null)[])
}

function isBoolean(value: Cell): boolean {
  return typeof value === 'boolean'
}
