// The append-only logs: their columns, and how their rows are made.
import { hash } from 'node:crypto'
import type { Columns, ColumnType } from '../cells/cells.js'
import type { CollectedMessage } from '../messages/message.js'
import type { LogName, LogRow } from './changes.js'
import type { Identifier } from './profile.js'

/** What a row says of the message that caused it, named as in Segment's Profiles Sync. `space` is ours. */
const TRIGGER: readonly [string, ColumnType][] = [
  ['id', 'text'],
  ['seq', 'integer'],
  ['space', 'text'],
  ['timestamp', 'timestamp'],
  ['received_at', 'timestamp'],
  /** In Segment's warehouses when a row was loaded: models that read only what is new go by it. */
  ['uuid_ts', 'timestamp'],
  ['triggering_event_id', 'text'],
  ['triggering_event_name', 'text'],
  ['triggering_event_type', 'text'],
  ['triggering_event_source_id', 'text'],
  ['triggering_event_source_name', 'text'],
  ['triggering_event_source_slug', 'text'],
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
    ['external_id_hash', 'text'],
    /** `CREATED`, or `REMOVED` by a split. */
    ['__operation', 'text'],
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
export interface Entry extends Cause {
  readonly message: CollectedMessage
}

/** What rows are written for: a message, or something done by hand that has a place among them. */
export interface Cause {
  readonly message: Readonly<Pick<CollectedMessage, 'messageId' | 'timestamp' | 'receivedAt'>> & {
    readonly type: string
    readonly event?: unknown
    readonly name?: unknown
  }
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

/** @param place - Of the row, among the rows of its message. */
export function triggerOf({ message, seq, source }: Cause, space: string, place: number): LogRow {
  const name = message.type === 'track' ? message.event : message.name
  return {
    id: `${seq}.${place}`,
    seq,
    space,
    timestamp: message.timestamp,
    received_at: message.receivedAt,
    uuid_ts: message.receivedAt,
    triggering_event_id: message.messageId,
    triggering_event_name: typeof name === 'string' ? name : null,
    triggering_event_type: message.type,
    triggering_event_source_id: source,
    triggering_event_source_name: source,
    triggering_event_source_slug: source,
  }
}

/** The same for an identifier in whatever profile. */
export function externalIdHash({ type, value }: Identifier): string {
  return hash('sha256', JSON.stringify([type, value]), 'hex').slice(0, 32)
}
