// What the columns of the logs name.
import type { LogRow } from '../profiles/changes.js'

/** Those that name a profile. */
export const PROFILE_COLUMNS = ['segment_id', 'canonical_segment_id', 'conflicting_segment_id']
/** The one that names a message. */
export const MESSAGE_COLUMN = 'triggering_event_id'
/** The one with the value of an identifier. */
export const VALUE_COLUMN = 'external_id_value'

export function namesProfile(row: LogRow, ids: ReadonlySet<string>): boolean {
  return PROFILE_COLUMNS.some((column) => isIn(row, column, ids))
}

export function isIn(row: LogRow, column: string, values: ReadonlySet<string>): boolean {
  const cell = row[column]
  return typeof cell === 'string' && values.has(cell)
}
