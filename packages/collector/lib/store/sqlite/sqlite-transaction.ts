// A transaction in a SQLite file.
import type { Cell, RowBatch } from '../../cells/cells.js'
import type { ProfileChanges } from '../../profiles/changes.js'
import type { Account, Identifier, Profile } from '../../profiles/profile.js'
import type { Discard, Schema, SchemaChange, UpsertState } from '../../warehouse/schema.js'
import type { NewMessage, Operation, Transaction } from '../store.js'
import { clearSpace, eraseProfiles, writeResolutions } from './erase.js'
import { readAccounts } from './profile-rows.js'
import { quote } from './sql-text.js'
import { SEQ } from './table-text.js'
import type { Writer } from './writer.js'

const MESSAGE_COLUMNS = [
  'seq',
  'message_id',
  'space',
  'source',
  'type',
  'received_at',
  'timestamp',
  'profile',
  'message',
] as const

/** Nothing in it waits, as SQLite does not: its methods are asynchronous because those of other stores are. */
export class SqliteTransaction implements Transaction {
  readonly #writer: Writer
  /** The places of the messages that are inserted. */
  readonly #seqs = new Map<string, number>()
  /** Whether something is to be forgotten for good: then the file is to be written anew. */
  hasErased = false

  constructor(writer: Writer) {
    this.#writer = writer
  }

  /** The last before a commit. */
  finish(): void {
    const { counters, ids, people } = this.#writer
    people.beforeCommit((id) => this.#seqs.get(id))
    counters.beforeCommit()
    ids.beforeCommit()
  }

  known(messageIds: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#do(({ ids }) => new Set(ids.find(messageIds).keys()))
  }

  reserve(count: number): Promise<number> {
    return this.#do(({ counters }) => counters.add('seq', count) - count + 1)
  }

  profilesOf(space: string, identifiers: readonly Identifier[]): Promise<Profile[]> {
    return this.#do(({ people }) => people.find(space, identifiers))
  }

  takenProfileIds(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#do(({ people }) => people.taken(ids))
  }

  accounts(space: string, ids: readonly string[]): Promise<Account[]> {
    return this.#do(({ statements }) => readAccounts(statements, space, [...new Set(ids)]))
  }

  insertMessages(messages: readonly NewMessage[]): Promise<void> {
    return this.#do(({ statements, counters, ids, people }) => {
      const rows = messages.map(({ seq, message, space, source, profileId }): Cell[] => {
        const { messageId, type, receivedAt, timestamp } = message
        const profile = profileId === undefined ? null : people.numberFor(profileId)
        this.#seqs.set(messageId, seq)
        const text = JSON.stringify(message)
        return [seq, messageId, space, source, type, receivedAt, timestamp, profile, text]
      })
      statements.insert({ table: 'messages', columns: MESSAGE_COLUMNS }, rows)
      ids.add(messages.map(({ seq, message }) => [message.messageId, seq] as const))
      counters.add('messages', rows.length)
    })
  }

  saveProfiles(changes: ProfileChanges): Promise<void> {
    return this.#do(({ people }) => people.save(changes))
  }

  schema(): Promise<Schema> {
    return this.#do(({ tables }) => tables.schema)
  }

  changeSchema(_source: string, changes: readonly SchemaChange[]): Promise<void> {
    return this.#do(({ tables }) => tables.change(changes))
  }

  insertRows(_source: string, batches: readonly RowBatch[]): Promise<void> {
    return this.#do(({ tables, ids, statements, counters }) => {
      const seqOf = (id: string) => this.#seqs.get(id) ?? ids.find([id]).get(id)
      // A row without a message takes a place of its own, unless it is there already.
      const spare = (table: string, id: string) => {
        const seq = statements.value(`SELECT ${SEQ} FROM ${quote(table)} WHERE id = ?`, [id])
        return typeof seq === 'number' ? seq : counters.add('seq', 1)
      }
      tables.insert(batches, { seqOf, spare })
    })
  }

  upsertStates(_source: string, table: string, ids: readonly string[]): Promise<UpsertState[]> {
    return this.#do(({ tables }) => tables.states(table, ids))
  }

  upsert(_source: string, table: string, states: readonly UpsertState[]): Promise<void> {
    return this.#do(({ tables, counters }) =>
      tables.upsert(table, states, () => counters.add('upserted rows', 1)),
    )
  }

  discard(source: string, discards: readonly Discard[]): Promise<void> {
    return this.#do(({ statements, counters }) => {
      statements.insert(
        {
          table: 'discards',
          columns: ['source', 'table', 'column', 'value', 'reason', 'message_id'],
        },
        discards.map(({ table, column, value, reason, messageId }) => [
          source,
          table,
          column,
          value,
          reason,
          messageId,
        ]),
      )
      for (const { reason } of discards) counters.add(`discard ${reason}`, 1)
    })
  }

  recordOperation({ seq, space, kind, at, details }: Operation): Promise<void> {
    return this.#do(({ statements }) => {
      statements.run(
        'INSERT INTO operations (seq, space, kind, at, details) VALUES (?, ?, ?, ?, ?)',
        [seq, space, kind, at, details],
      )
    })
  }

  erase(space: string, profileIds: readonly string[]): Promise<{ messages: number; rows: number }> {
    return this.#do((writer) => {
      const erased = eraseProfiles(writer, space, profileIds)
      this.hasErased ||= erased !== undefined
      return erased ?? { messages: 0, rows: 0 }
    })
  }

  replaceProfiles(
    space: string,
    changes: ProfileChanges,
    resolutions: Iterable<{ readonly seq: number; readonly profileId: string | undefined }>,
  ): Promise<void> {
    return this.#do((writer) => {
      clearSpace(writer, space)
      writer.people.save(changes)
      writeResolutions(writer, space, resolutions)
    })
  }

  /** What fails is the promise, as with a store that waits. */
  #do<T>(work: (writer: Writer) => T): Promise<T> {
    return new Promise((resolve) => resolve(work(this.#writer)))
  }
}
