// What could not be kept as it was sent, and why.
import type { Cell } from '../cells/cells.js'
import { jsonText } from './json-text.js'
import { plainText } from '../messages/plain-text.js'
import { cutText } from './text.js'
import type { Discard } from './schema.js'

/** As much of a value as a discard shows, in characters of its JSON. */
const SHOWN = 1_000

/** Why a value could not be kept as it was sent: what `reason` says. */
export const DISCARD_REASONS = [
  'the column has a meaning of its own',
  'another value of the message has the same column',
  'not a timestamp, as the column is',
  'kept as UTC, to the millisecond',
  'not a finite number',
  'NUL characters or lone surrogates replaced by U+FFFD',
  'cut at 512 characters',
  'the table has 1,500 columns',
  'the row is too wide',
  'there are too many tables of events',
  'an id of more than 500 characters has no row',
] as const

export type DiscardReason = (typeof DISCARD_REASONS)[number]

export interface DiscardPlace {
  readonly table: string
  readonly column: string
  readonly messageId: string
}

export class Discards {
  readonly list: Discard[] = []

  add(
    { table, column, messageId }: DiscardPlace,
    value: Cell | object,
    reason: DiscardReason,
  ): void {
    const json = jsonOf(value)
    const shown = json.length > SHOWN ? `${cutText(json, SHOWN)}…` : json
    this.list.push({ table, column, value: shown, reason, messageId: plainText(messageId) })
  }
}

function jsonOf(value: Cell | object): string {
  if (typeof value === 'object' && value !== null) return jsonText(value)
  // JSON has no Infinity.
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}
