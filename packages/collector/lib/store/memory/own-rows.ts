// The store's own tables, as rows, the newest first.
import type { Cell } from '../../cells/cells.js'
import type { LogName } from '../../profiles/changes.js'
import { LOG_TABLES } from '../../profiles/logs.js'
import type { Traits } from '../../profiles/profile.js'
import { valuesOf } from '../../profiles/traits.js'
import { OWN_TABLES, type OwnTable } from '../own-tables.js'
import type { Contents } from './contents.js'

type Row = Record<string, Cell>

export function isOwn(table: string): table is OwnTable {
  return Object.hasOwn(OWN_TABLES, table)
}

export function isLog(table: string): table is LogName {
  return Object.hasOwn(LOG_TABLES, table)
}

export function ownRows(contents: Contents, table: OwnTable): Iterable<Row> {
  return ROWS[table](contents)
}

const ROWS: Readonly<Record<OwnTable, (contents: Contents) => Iterable<Row>>> = {
  *messages({ messages, people }) {
    for (const { seq, message, space, source, profileId } of messages.newestFirst()) {
      yield {
        seq,
        message_id: message.messageId,
        space,
        source,
        type: message.type,
        received_at: message.receivedAt,
        timestamp: message.timestamp,
        profile_id: profileId === undefined ? null : people.survivor(profileId),
        message: JSON.stringify(message),
      }
    }
  },
  *profiles({ people }) {
    for (const profile of [...people.all()].sort((a, b) => b.seq - a.seq)) {
      yield {
        seq: profile.seq,
        id: profile.id,
        space: profile.space,
        created_at: profile.createdAt,
        updated_at: profile.updatedAt,
        first_message_id: profile.firstMessageId,
        first_source: profile.firstSource,
        last_message_id: profile.lastMessageId,
        last_source: profile.lastSource,
        traits: traitsOf(profile.traits),
      }
    }
  },
  *identifiers({ people }) {
    const all = [...people.all()].flatMap(({ id, space, mappings }) =>
      mappings.map((mapping) => ({ id, space, mapping })),
    )
    for (const { id, space, mapping } of all.sort((a, b) => b.mapping.seq - a.mapping.seq)) {
      const { type, value, createdAt, firstMessageId, source, seq } = mapping
      yield {
        seq,
        space,
        type,
        value,
        profile_id: id,
        created_at: createdAt,
        first_message_id: firstMessageId,
        source,
      }
    }
  },
  *profile_accounts({ people }) {
    for (const account of people.allAccounts()) {
      yield {
        space: account.space,
        id: account.id,
        created_at: account.createdAt,
        updated_at: account.updatedAt,
        first_message_id: account.firstMessageId,
        last_message_id: account.lastMessageId,
        traits: traitsOf(account.traits),
      }
    }
  },
  *discards({ discards }) {
    for (const { source, table, column, value, reason, messageId } of discards.newestFirst()) {
      yield { source, table, column, value, reason, message_id: messageId }
    }
  },
  *operations({ operations }) {
    for (const { seq, space, kind, at, details } of operations.newestFirst()) {
      yield { seq, space, kind, at, details }
    }
  },
}

/** How many rows a table has: without writing each of them. */
export function countOwn(contents: Contents, table: OwnTable): number {
  return COUNTS[table](contents)
}

const COUNTS: Readonly<Record<OwnTable, (contents: Contents) => number>> = {
  messages: ({ messages }) => messages.length,
  profiles: ({ people }) => people.size,
  identifiers: ({ people }) => people.identifiers,
  profile_accounts: ({ people }) => [...people.allAccounts()].length,
  discards: ({ discards }) => discards.length,
  operations: ({ operations }) => operations.length,
}

/** Without those that were removed. */
function traitsOf(traits: Traits): string {
  return JSON.stringify(valuesOf(traits))
}
