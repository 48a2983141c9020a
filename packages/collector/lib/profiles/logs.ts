// The append-only logs: their columns, and how their rows are made.
import type { Columns, ColumnType } from '../cells.js'
import type { CollectedMessage } from '../messages/message.js'
import type { LogName, LogRow } from './changes.js'
import type { Identifier } from './profile.js'

/** What a row says of the message that caused it, named as in Segment's Profiles Sync. */
const TRIGGER: readonly [string, ColumnType][] = [
  ['seq', 'integer'],
  ['space', 'text'],
  ['timestamp', 'timestamp'],
  ['received_at', 'timestamp'],
  ['triggering_event_id', 'text'],
  ['triggering_event_name', 'text'],
  ['triggering_event_type', 'text'],
  ['triggering_event_source_name', 'text'],
]

/** The columns of each log. */
export const LOG_TABLES: Readonly<Record<LogName, Columns>> = {
  /** `segment_id` is counted to `canonical_segment_id` from then on. */
  id_graph_updates: new Map([['segment_id', 'text'], ['canonical_segment_id', 'text'], ...TRIGGER]),
  /** `external_id_value` belongs to `segment_id` from then on. */
  external_id_mapping_updates: new Map([
    ['segment_id', 'text'],
    ['external_id_type', 'text'],
    ['external_id_value', 'text'],
    /** `ADDED`, or `REMOVED` by a split. */
    ['operation', 'text'],
    ...TRIGGER,
  ]),
  /** The traits that a message or a merge changed, as JSON. */
  profile_traits_updates: new Map([['segment_id', 'text'], ['traits', 'text'], ...TRIGGER]),
  /** An identifier that was left out, and why. */
  violations: new Map([
    ['name', 'text'],
    ['external_id_type', 'text'],
    ['external_id_value', 'text'],
    /** The type whose limit would have been exceeded. */
    ['limited_type', 'text'],
    /** The profile that the message was counted to. */
    ['segment_id', 'text'],
    /** The profile that the identifier belongs to. */
    ['conflicting_segment_id', 'text'],
    ...TRIGGER,
  ]),
}

/** A message that is taken in. */
export interface Entry {
  readonly message: CollectedMessage
  /** Its place in the order of arrival. */
  readonly seq: number
  /** The name of its source. */
  readonly source: string
}

/** Why an identifier was left out (Segment Unify: Insights). */
export type ViolationName =
  | 'ID value blocked'
  | 'Identifier value limit exceeded'
  | 'Identifier value time limit exceeded'
  | 'Profile merge limit exceeded'
  | 'Identifier mapping limit exceeded'
  | 'No matching identifiers on event'
  /** Ours: a split keeps two profiles apart. */
  | 'Identifier split off'

export interface Violation {
  readonly name: ViolationName
  readonly identifier: Identifier | undefined
  readonly limitedType: string | undefined
  /** The profile that the identifier belongs to. */
  readonly owner: string | undefined
}

/** What every row says of its message. */
export function triggerOf({ message, seq, source }: Entry, space: string): LogRow {
  const name = message.type === 'track' ? message.event : message.name
  return {
    seq,
    space,
    timestamp: message.timestamp,
    received_at: message.receivedAt,
    triggering_event_id: message.messageId,
    triggering_event_name: typeof name === 'string' ? name : null,
    triggering_event_type: message.type,
    triggering_event_source_name: source,
  }
}
