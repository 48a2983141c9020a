// The tables that every source may have, their fixed columns, and the names that no event may take.
import type { Columns, ColumnType } from '../cells/cells.js'
import { nameOf } from '../messages/snake-case.js'

const CALL: readonly [string, ColumnType][] = [
  ['id', 'text'],
  ['anonymous_id', 'text'],
  ['user_id', 'text'],
  ['received_at', 'timestamp'],
  ['sent_at', 'timestamp'],
  ['timestamp', 'timestamp'],
  ['original_timestamp', 'timestamp'],
]
const TRACK: Columns = new Map([...CALL, ['event', 'text'], ['event_text', 'text']])
const VIEW: Columns = new Map([...CALL, ['name', 'text'], ['category', 'text']])

/** Columns that a table has from the beginning (Segment: Warehouse Schemas). They never widen. */
const FIXED: ReadonlyMap<string, Columns> = new Map<string, Columns>([
  ['identifies', new Map(CALL)],
  ['users', new Map([['id', 'text'] as const, ['received_at', 'timestamp'] as const])],
  ['groups', new Map([...CALL, ['group_id', 'text']])],
  ['accounts', new Map([['id', 'text'] as const, ['received_at', 'timestamp'] as const])],
  ['tracks', TRACK],
  ['pages', VIEW],
  ['screens', VIEW],
  ['aliases', new Map([...CALL, ['previous_id', 'text']])],
])

/** The store's own tables and views, which stand beside those of the sources in a SQLite file. */
export const OWN_TABLES: readonly string[] = [
  'messages',
  'profiles',
  'identifiers',
  'profile_accounts',
  'people',
  'people_messages',
  'violations',
  'discards',
  'operations',
  'id_graph_updates',
  'external_id_mapping_updates',
  'profile_traits_updates',
]

const RESERVED: ReadonlySet<string> = new Set([...FIXED.keys(), ...OWN_TABLES])
const RESERVED_PREFIXES = ['sqlite_', 'pg_', 'selfsame_']

/** The columns that a table begins with: those of an event are those of every track. */
export function fixedColumns(table: string): Columns {
  return FIXED.get(table) ?? TRACK
}

export function isEventTable(table: string): boolean {
  return !FIXED.has(table)
}

/** The table of an event: its name in snake case, unless another table has that name. */
export function eventTable(event: string): string {
  const name = nameOf(event)
  const isTaken = RESERVED.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))
  return isTaken ? nameOf(`event_${name}`) : name
}
