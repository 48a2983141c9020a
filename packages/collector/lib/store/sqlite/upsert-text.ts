// What a row of users or accounts is made of, as one text.
import type { Cell } from '../../cells.js'
import type { UpsertCell, UpsertState } from '../../warehouse/schema.js'

type Entry = [column: string, value: Cell, timestamp: number, seq: number, trait: string]
type Kept = [rest: string, columns: Entry[]]

export function stateToText({ columns, rest }: UpsertState): string {
  const kept: Kept = [
    rest,
    [...columns].map(([column, { value, timestamp, seq, trait }]) => [
      column,
      value,
      timestamp,
      seq,
      trait,
    ]),
  ]
  return JSON.stringify(kept)
}

export function stateFromText(id: string, text: string): UpsertState {
  const [rest, kept] = JSON.parse(text) as Kept
  const columns = new Map<string, UpsertCell>()
  for (const [column, value, timestamp, seq, trait] of kept) {
    columns.set(column, { value, timestamp, seq, trait })
  }
  return { id, columns, rest }
}
