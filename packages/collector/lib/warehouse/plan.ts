// What a batch of messages does to the tables of a source. It knows no store.
import type { RowBatch } from '../cells/cells.js'
import type { CollectedMessage } from '../messages/message.js'
import { SchemaDraft } from './draft.js'
import { addRows } from './rows.js'
import type { Discard, Schema, SchemaChange, UpsertState } from './schema.js'
import { applyUpserts } from './upsert-state.js'
import { type RowUpdate, updateOf } from './upserts.js'

export interface PlannedMessage {
  readonly message: CollectedMessage
  /** Its place in the order of arrival. */
  readonly seq: number
}

/** The steps, to be carried out in this order. */
export interface WarehousePlan {
  readonly changes: readonly SchemaChange[]
  readonly batches: readonly RowBatch[]
  /** The rows of `users` and of `accounts` that change, whose states applyTo() needs. */
  readonly upserts: readonly PlannedUpsert[]
  /** Complete when applyTo() of every upsert has been called. */
  readonly discards: readonly Discard[]
}

export interface PlannedUpsert {
  readonly table: 'users' | 'accounts'
  readonly ids: readonly string[]
  /** The new states of these rows, given those that are known. */
  applyTo(states: readonly UpsertState[]): UpsertState[]
}

export interface PlanOptions {
  /** Whether texts are cut at 512 characters, as Segment does. Each cut is a discard. */
  readonly isSegment: boolean
  /** How many tables of events there may be; events beyond are in `tracks` alone. @default 500 */
  readonly maxEventTables?: number
}

/**
 * Plans the rows of these messages, and what the schema needs for them. The messages must be new to the store: a
 * second row with the same id is left out by it.
 */
export function planRows(
  schema: Schema,
  messages: readonly PlannedMessage[],
  { isSegment, maxEventTables = 500 }: PlanOptions,
): WarehousePlan {
  const draft = new SchemaDraft(schema, { maxText: isSegment ? 512 : Infinity, maxEventTables })
  const updates: Record<RowUpdate['table'], RowUpdate[]> = { users: [], accounts: [] }
  for (const { message, seq } of messages) {
    const traits = addRows(message, draft)
    const update = updateOf(message, seq, traits, draft)
    if (update !== undefined) updates[update.table].push(update)
  }
  return {
    changes: draft.changes(),
    batches: draft.batches(),
    upserts: (['users', 'accounts'] as const)
      .filter((table) => updates[table].length > 0)
      .map((table) => ({
        table,
        ids: [...new Set(updates[table].map(({ id }) => id))],
        applyTo: (states) =>
          applyUpserts(states, updates[table], {
            table,
            draft: draft.table(table),
            discards: draft.discards,
          }),
      })),
    discards: draft.discards.list,
  }
}
