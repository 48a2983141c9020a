// The tables that a store has for itself, beside those of the sources and the four logs.
import type { Columns } from '../cells/cells.js'

/**
 * As `tables()` and `rows()` show them in every store. In PostgreSQL they are in the schema `selfsame`; in SQLite
 * and in memory they are at the top level. What a store needs beyond them has a name that begins with `selfsame_`,
 * and is not shown.
 */
export const OWN_TABLES = {
  messages: columns({
    seq: 'integer',
    message_id: 'text',
    space: 'text',
    source: 'text',
    type: 'text',
    received_at: 'timestamp',
    timestamp: 'timestamp',
    profile_id: 'text',
    message: 'text',
  }),
  /** Those that survive, with the traits that they have now. */
  profiles: columns({
    seq: 'integer',
    id: 'text',
    space: 'text',
    created_at: 'timestamp',
    updated_at: 'timestamp',
    first_message_id: 'text',
    first_source: 'text',
    last_message_id: 'text',
    last_source: 'text',
    traits: 'text',
  }),
  identifiers: columns({
    seq: 'integer',
    space: 'text',
    type: 'text',
    value: 'text',
    profile_id: 'text',
    created_at: 'timestamp',
    first_message_id: 'text',
    source: 'text',
  }),
  /** Not `accounts`: that is a table of the sources. */
  profile_accounts: columns({
    space: 'text',
    id: 'text',
    created_at: 'timestamp',
    updated_at: 'timestamp',
    first_message_id: 'text',
    last_message_id: 'text',
    traits: 'text',
  }),
  discards: columns({
    source: 'text',
    table: 'text',
    column: 'text',
    value: 'text',
    reason: 'text',
    message_id: 'text',
  }),
  operations: columns({
    seq: 'integer',
    space: 'text',
    kind: 'text',
    at: 'timestamp',
    details: 'text',
  }),
} satisfies Record<string, Columns>

export type OwnTable = keyof typeof OWN_TABLES

function columns(types: Readonly<Record<string, 'text' | 'integer' | 'timestamp'>>): Columns {
  return new Map(Object.entries(types))
}
