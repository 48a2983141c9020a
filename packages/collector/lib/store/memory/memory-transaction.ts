// Changes of the memory store, each with the way back.
import type { RowBatch } from '../../cells/cells.js'
import { LOG_TABLES } from '../../profiles/logs.js'
import type { LogName, ProfileChanges } from '../../profiles/changes.js'
import type { Account, Identifier, Profile } from '../../profiles/profile.js'
import type { Discard, Schema, SchemaChange, UpsertState } from '../../warehouse/schema.js'
import type { NewMessage, Operation, Transaction } from '../store.js'
import type { Contents, KeptMessage } from './contents.js'
import { Undo } from './undo.js'

const LOGS = Object.keys(LOG_TABLES) as LogName[]

/** Nothing in it waits: its methods are asynchronous because those of other stores are. */
export class MemoryTransaction implements Transaction {
  readonly #contents: Contents
  readonly #undo = new Undo()

  constructor(contents: Contents) {
    this.#contents = contents
  }

  rollback(): void {
    this.#undo.run()
  }

  known(messageIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { byId } = this.#contents
    return Promise.resolve(new Set(messageIds.filter((id) => byId.has(id))))
  }

  reserve(count: number): Promise<number> {
    const first = this.#contents.nextSeq
    this.#contents.nextSeq += count
    // Not undone: a place that was given is never given again.
    return Promise.resolve(first)
  }

  profilesOf(space: string, identifiers: readonly Identifier[]): Promise<Profile[]> {
    const { people } = this.#contents
    const ids = new Set<string>()
    for (const identifier of identifiers) {
      const id = people.owner(space, identifier)
      if (id !== undefined) ids.add(id)
    }
    return Promise.resolve([...ids].flatMap((id) => people.get(id) ?? []))
  }

  takenProfileIds(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { people } = this.#contents
    return Promise.resolve(new Set(ids.filter((id) => people.has(id))))
  }

  accounts(space: string, ids: readonly string[]): Promise<Account[]> {
    const { people } = this.#contents
    return Promise.resolve([...new Set(ids)].flatMap((id) => people.account(space, id) ?? []))
  }

  insertMessages(messages: readonly NewMessage[]): Promise<void> {
    const { byId, messages: kept, counters, spaces } = this.#contents
    for (const { seq, message, space, source, profileId } of messages) {
      const entry: KeptMessage = { seq, message, space, source, profileId, tables: [] }
      const { messageId } = message
      if (byId.has(messageId)) throw new Error(`The message ${messageId} is kept already`)
      kept.push(entry)
      byId.set(messageId, entry)
      spaces.add(space, 1)
      this.#undo.push(() => {
        kept.pop()
        byId.delete(messageId)
        spaces.add(space, -1)
      })
    }
    counters.add('messages', messages.length, this.#undo)
    return Promise.resolve()
  }

  saveProfiles(changes: ProfileChanges): Promise<void> {
    const { people, logs, counters } = this.#contents
    people.save(changes, this.#undo)
    for (const name of LOGS) {
      const log = logs[name]
      for (const row of changes.logs[name]) {
        log.push(row)
        this.#undo.push(() => log.pop())
        if (name === 'violations') counters.add(`violation ${String(row.name)}`, 1, this.#undo)
      }
    }
    return Promise.resolve()
  }

  schema(): Promise<Schema> {
    return Promise.resolve(this.#contents.tables.schema)
  }

  changeSchema(_source: string, changes: readonly SchemaChange[]): Promise<void> {
    for (const change of changes) this.#contents.tables.change(change, this.#undo)
    return Promise.resolve()
  }

  insertRows(_source: string, batches: readonly RowBatch[]): Promise<void> {
    const { tables, byId } = this.#contents
    for (const batch of batches) {
      for (const id of tables.insert(batch, this.#undo)) byId.get(id)?.tables.push(batch.table)
    }
    return Promise.resolve()
  }

  upsertStates(_source: string, table: string, ids: readonly string[]): Promise<UpsertState[]> {
    return Promise.resolve(this.#contents.tables.states(table, [...new Set(ids)]))
  }

  upsert(_source: string, table: string, states: readonly UpsertState[]): Promise<void> {
    this.#contents.tables.upsert(table, states, this.#undo)
    return Promise.resolve()
  }

  discard(source: string, discards: readonly Discard[]): Promise<void> {
    const { discards: kept, counters } = this.#contents
    for (const each of discards) {
      kept.push({ ...each, source })
      this.#undo.push(() => kept.pop())
      counters.add(`discard ${each.reason}`, 1, this.#undo)
    }
    return Promise.resolve()
  }

  recordOperation(operation: Operation): Promise<void> {
    const { operations } = this.#contents
    operations.push(operation)
    this.#undo.push(() => operations.pop())
    return Promise.resolve()
  }

  erase(space: string, profileIds: readonly string[]): Promise<{ messages: number; rows: number }> {
    return Promise.resolve(this.#contents.erase(space, profileIds, this.#undo))
  }

  replaceProfiles(
    space: string,
    changes: ProfileChanges,
    resolutions: Iterable<{ readonly seq: number; readonly profileId: string | undefined }>,
  ): Promise<void> {
    this.#contents.clearProfiles(space, this.#undo)
    const bySeq = new Map([...resolutions].map(({ seq, profileId }) => [seq, profileId]))
    for (const entry of this.#contents.messages.oldestFirst()) {
      if (entry.space !== space) continue
      const before = entry.profileId
      entry.profileId = bySeq.get(entry.seq)
      this.#undo.push(() => (entry.profileId = before))
    }
    return this.saveProfiles(changes)
  }
}
