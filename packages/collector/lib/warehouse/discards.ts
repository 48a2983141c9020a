// What could not be kept as it was sent, and why.
import { cutText, plainText } from './text.js'
import type { Discard } from './schema.js'

/** As much of a value as a discard shows, in characters of its JSON. */
const SHOWN = 1_000

export type DiscardReason =
  | 'the column has a meaning of its own'
  | 'another value of the message has the same column'
  | 'not a timestamp, as the column is'
  | 'kept as UTC, to the millisecond'
  | 'not a finite number'
  | 'NUL characters or lone surrogates replaced by U+FFFD'
  | 'cut at 512 characters'
  | 'the table has 1,500 columns'
  | 'the row is too wide'
  | 'there are 500 tables of events'
  | 'an id of more than 500 characters has no row'

export interface DiscardPlace {
  readonly table: string
  readonly column: string
  readonly messageId: string
}

export class Discards {
  readonly list: Discard[] = []

  add({ table, column, messageId }: DiscardPlace, value: unknown, reason: DiscardReason): void {
    // JSON has no Infinity.
    const json = typeof value === 'number' ? String(value) : JSON.stringify(value)
    const shown = json.length > SHOWN ? `${cutText(json, SHOWN)}…` : json
    this.list.push({ table, column, value: shown, reason, messageId: plainText(messageId) })
  }
}
