// The store's own tables, as every store shows them.
import type { Columns } from '../../cells/cells.js'
import { LOG_TABLES } from '../../profiles/logs.js'
import { OWN_TABLES } from '../own-tables.js'

/** Without those that were removed. */
const TRAITS = `(SELECT json_group_object(key, json(value -> 0)) FROM json_each(traits)
  WHERE value ->> 0 IS NOT NULL)`

/** Where the table in the file has profiles by number, or traits with their times. The newest rows first. */
export const OWN_SELECTS: ReadonlyMap<string, string> = new Map([
  [
    'messages',
    `SELECT m.seq, message_id, m.space, source, type, received_at, timestamp, coalesce(i.id, p.id), message
     FROM messages m LEFT JOIN profiles p ON p.number = m.profile
     LEFT JOIN profiles i ON i.number = p.merged_into ORDER BY m.seq DESC`,
  ],
  [
    'profiles',
    `SELECT p.seq, id, p.space, created_at,
       coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', a.updated_at / 1000.0, 'unixepoch'), p.updated_at),
       first_message_id, first_source, coalesce(m.message_id, last_message_id),
       coalesce(m.source, last_source), ${TRAITS}
     FROM profiles p LEFT JOIN selfsame_activity a ON a.profile = number
     LEFT JOIN messages m ON m.seq = a.seq WHERE merged_into IS NULL ORDER BY p.seq DESC, number DESC`,
  ],
  [
    'profile_accounts',
    `SELECT space, id, created_at, updated_at, first_message_id, last_message_id, ${TRAITS}
     FROM profile_accounts`,
  ],
  [
    'identifiers',
    `SELECT i.seq, i.space, type, value, p.id, i.created_at, i.first_message_id, i.source
     FROM identifiers i JOIN profiles p ON p.number = i.profile ORDER BY i.seq DESC, place DESC`,
  ],
])

export function ownColumns(): ReadonlyMap<string, Columns> {
  return new Map<string, Columns>([...Object.entries(OWN_TABLES), ...Object.entries(LOG_TABLES)])
}
