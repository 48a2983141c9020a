// Where lanes and columns are in the drawing, in pixels.

export interface Geometry {
  /** Room for the names of the lanes. */
  readonly left: number
  /** The width of a column. */
  readonly column: number
  /** As many characters of a name as there is room for. */
  readonly longest: number
}

export const TOP = 44
export const BOTTOM = 40
export const RIGHT = 20
const LANE = 42
/** Columns share this width, within bounds. */
const SHARED = 900

export function geometryFor(columns: number, isNarrow: boolean): Geometry {
  if (isNarrow) return { left: 132, column: 92, longest: 16 }
  const column = Math.min(190, Math.max(104, SHARED / Math.max(1, columns)))
  return { left: 232, column, longest: 27 }
}

export function xOf(place: number, { left, column }: Geometry): number {
  return left + place * column + column / 2
}

export function yOf(lane: number): number {
  return TOP + lane * LANE + LANE / 2 - 4
}
