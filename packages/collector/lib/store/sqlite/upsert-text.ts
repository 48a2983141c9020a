// What a row of users or accounts is made of, as one text.
import type { Cell } from '../../cells/cells.js'
import type { UpsertCell } from '../../warehouse/schema.js'

type Entry = [column: string, value: Cell, timestamp: number, seq: number, trait: string]

export function stateToText(columns: ReadonlyMap<string, UpsertCell>): string {
  return JSON.stringify(
    [...columns].map(([column, { value, timestamp, seq, trait }]) => [
      column,
      value,
      timestamp,
      seq,
      trait,
    ]),
  )
}

export function stateFromText(text: string): Map<string, UpsertCell> {
  return new Map(
    (JSON.parse(text) as Entry[]).map(([column, value, timestamp, seq, trait]) => [
      column,
      { value, timestamp, seq, trait },
    ]),
  )
}
