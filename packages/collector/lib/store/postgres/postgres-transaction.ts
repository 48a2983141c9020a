// What a transaction of the PostgreSQL store can do.
import type { Cell, RowBatch } from '../../cells/cells.js'
import type { ProfileChanges } from '../../profiles/changes.js'
import type { Account, Identifier, Profile } from '../../profiles/profile.js'
import type { Discard, Schema, SchemaChange, UpsertState } from '../../warehouse/schema.js'
import type { NewMessage, Operation, Transaction } from '../store.js'
import { arrayOf } from './arrays.js'
import { Counters } from './counters.js'
import { eraseProfiles, replaceProfiles } from './erasure.js'
import { saveProfiles } from './people-changes.js'
import { ownersOf, readAccounts, readProfiles } from './people-rows.js'
import { insertRows } from './rows.js'
import type { SchemaChanges } from './schema-changes.js'
import type { Session } from './session.js'
import { SEQ, type SourceTables, type TableCache, tableName } from './source-tables.js'
import { insert, type Shape } from './sql-text.js'
import { keyOf } from './texts.js'
import { readStates, type UpsertTable, writeStates } from './upserts.js'

/** What the database has counted, as it was when the transaction began. */
export interface State {
  readonly lastSeq: number
  readonly tablesVersion: number
}

/** What a store has for all of its transactions. */
export interface Shared {
  readonly cache: TableCache
  readonly schemaChanges: SchemaChanges
}

const MESSAGE: Shape = [
  ['seq', 'bigint'],
  ['message_id', 'text'],
  ['space', 'text'],
  ['source', 'text'],
  ['type', 'text'],
  ['received_at', 'timestamptz'],
  ['timestamp', 'timestamptz'],
  ['profile_id', 'text'],
  ['message', 'text'],
]
const DISCARD: Shape = ['source', 'table', 'column', 'value', 'reason', 'message_id'].map(
  (name) => [name, 'text'] as const,
)

export class PostgresTransaction implements Transaction {
  readonly #session: Session
  readonly #shared: Shared
  readonly #counters = new Counters()
  /** The places of the messages that it has inserted. */
  readonly #seqs = new Map<string, number>()
  #lastSeq: number
  #tablesVersion: number
  /** Tables of which much was deleted, to be vacuumed when that is committed. */
  readonly #emptied = new Set<string>()

  constructor(session: Session, { lastSeq, tablesVersion }: State, shared: Shared) {
    this.#session = session
    this.#lastSeq = lastSeq
    this.#tablesVersion = tablesVersion
    this.#shared = shared
  }

  /** The last statements. */
  finish(): void {
    this.#counters.save(this.#session)
    this.#session.write(
      'UPDATE selfsame.selfsame_state SET last_seq = $1::bigint, tables_version = $2::bigint',
      [this.#lastSeq, this.#tablesVersion],
    )
  }

  committed(): ReadonlySet<string> {
    this.#shared.cache.check(this.#tablesVersion)
    return this.#emptied
  }

  async known(messageIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (messageIds.length === 0) return new Set()
    const keys = new Map(messageIds.map((id) => [keyOf(id), id]))
    const rows = await this.#session.rows(
      'SELECT message_id FROM selfsame.messages WHERE message_id = ANY ($1::text[])',
      [arrayOf('text', [...keys.keys()])],
    )
    return new Set(rows.flatMap(([key]) => keys.get(String(key)) ?? []))
  }

  /** No other transaction runs: what it began with still holds. */
  reserve(count: number): Promise<number> {
    const first = this.#lastSeq + 1
    this.#lastSeq += count
    return Promise.resolve(first)
  }

  async profilesOf(space: string, identifiers: readonly Identifier[]): Promise<Profile[]> {
    return readProfiles(this.#session, await ownersOf(this.#session, space, identifiers))
  }

  async takenProfileIds(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#session.rows(
      'SELECT id FROM selfsame.profiles WHERE id = ANY ($1::text[])',
      [arrayOf('text', ids)],
    )
    return new Set(rows.map(([id]) => String(id)))
  }

  accounts(space: string, ids: readonly string[]): Promise<Account[]> {
    return readAccounts(this.#session, space, ids)
  }

  insertMessages(messages: readonly NewMessage[]): Promise<void> {
    const rows = messages.map(({ seq, message, space, source, profileId }): Cell[] => {
      this.#seqs.set(message.messageId, seq)
      return [
        seq,
        keyOf(message.messageId),
        space,
        source,
        message.type,
        message.receivedAt,
        message.timestamp,
        profileId ?? null,
        JSON.stringify(message),
      ]
    })
    insert(this.#session, { into: 'selfsame.messages', shape: MESSAGE }, rows)
    this.#counters.add('messages', messages.length)
    return Promise.resolve()
  }

  saveProfiles(changes: ProfileChanges): Promise<void> {
    saveProfiles(this.#session, this.#counters, changes)
    return Promise.resolve()
  }

  async schema(source: string): Promise<Schema> {
    return (await this.#shared.cache.get(this.#session, source)).tables
  }

  async changeSchema(source: string, changes: readonly SchemaChange[]): Promise<void> {
    if (changes.length === 0) return
    this.#tablesVersion += 1
    await this.#shared.schemaChanges.apply(this.#session, source, changes)
  }

  async insertRows(source: string, batches: readonly RowBatch[]): Promise<void> {
    const session = this.#session
    const tables = await this.#shared.cache.get(session, source)
    await this.#findSeqs(batches)
    const discards: Discard[] = []
    for (const batch of batches) {
      const spare = await this.#spareSeqs(tables, batch)
      const seqOf = (id: string) => this.#seqs.get(id) ?? spare.get(id) ?? 0
      insertRows({ session, tables, discards, seqOf }, batch)
    }
    await this.discard(source, discards)
  }

  async upsertStates(
    source: string,
    table: string,
    ids: readonly string[],
  ): Promise<UpsertState[]> {
    return readStates(await this.#upsertTable(source, table), ids)
  }

  async upsert(source: string, table: string, states: readonly UpsertState[]): Promise<void> {
    if (states.length > 0) writeStates(await this.#upsertTable(source, table), states)
  }

  discard(source: string, discards: readonly Discard[]): Promise<void> {
    insert(
      this.#session,
      { into: 'selfsame.discards', shape: DISCARD },
      discards.map(({ table, column, value, reason, messageId }) => {
        this.#counters.add(`discard ${reason}`, 1)
        return [source, table, column, value, reason, messageId]
      }),
    )
    return Promise.resolve()
  }

  recordOperation({ seq, space, kind, at, details }: Operation): Promise<void> {
    this.#session.write(
      `INSERT INTO selfsame.operations (seq, space, kind, at, details)
       VALUES ($1::bigint, $2, $3, $4::timestamptz, $5)`,
      [seq, space, kind, at, details],
    )
    return Promise.resolve()
  }

  erase(space: string, profileIds: readonly string[]): Promise<{ messages: number; rows: number }> {
    const erasure = {
      session: this.#session,
      counters: this.#counters,
      space,
      emptied: this.#emptied,
    }
    return eraseProfiles(erasure, profileIds)
  }

  replaceProfiles(
    space: string,
    changes: ProfileChanges,
    resolutions: Iterable<{ readonly seq: number; readonly profileId: string | undefined }>,
  ): Promise<void> {
    return replaceProfiles({
      session: this.#session,
      counters: this.#counters,
      space,
      resolutions,
      save: () => this.saveProfiles(changes),
    })
  }

  async #upsertTable(source: string, table: string): Promise<UpsertTable> {
    const session = this.#session
    return { session, source, table, tables: await this.#shared.cache.get(session, source) }
  }

  /** Rows of messages that were inserted before: only a repair has such. */
  async #findSeqs(batches: readonly RowBatch[]): Promise<void> {
    const missing = new Map<string, string>()
    for (const { columns, rows } of batches) {
      const idAt = columns.indexOf('id')
      for (const row of rows) {
        const id = String(row[idAt])
        if (!this.#seqs.has(id)) missing.set(keyOf(id), id)
      }
    }
    if (missing.size === 0) return
    const rows = await this.#session.rows(
      'SELECT message_id, seq FROM selfsame.messages WHERE message_id = ANY ($1::text[])',
      [arrayOf('text', [...missing.keys()])],
    )
    for (const [key, seq] of rows) this.#seqs.set(missing.get(String(key)) ?? '', Number(seq))
  }

  /** A row without a message takes a place of its own, unless it is there already. */
  async #spareSeqs(tables: SourceTables, batch: RowBatch): Promise<Map<string, number>> {
    const idAt = batch.columns.indexOf('id')
    const ids = batch.rows.map((row) => String(row[idAt])).filter((id) => !this.#seqs.has(id))
    if (ids.length === 0) return new Map()
    const rows = await this.#session.rows(
      `SELECT id, ${SEQ} FROM ${tableName(tables, batch.table)} WHERE id = ANY ($1::text[])`,
      [arrayOf('text', ids)],
    )
    const found = new Map(rows.map(([id, seq]) => [String(id), Number(seq)]))
    for (const id of ids) if (!found.has(id)) found.set(id, await this.reserve(1))
    return found
  }
}
