// What a store of messages, people and tables can do. Memory, SQLite and PostgreSQL pass one suite of tests.
import type { Cell, Columns, RowBatch } from '../cells/cells.js'
import type { Incoming } from '../messages/incoming.js'
import type { CollectedMessage } from '../messages/message.js'
import type { LogName, LogRow, ProfileChanges } from '../profiles/changes.js'
import type { Account, Identifier, Profile } from '../profiles/profile.js'
import type { Discard, Schema, SchemaChange, UpsertState } from '../warehouse/schema.js'

/** A message as it is kept. */
export interface StoredMessage {
  /** Its place in the order of arrival. */
  readonly seq: number
  readonly message: CollectedMessage
  readonly space: string
  readonly source: string
  /** The profile it belongs to now, merges followed; undefined if it was not resolved. */
  readonly profileId: string | undefined
}

/** A message as it is written: `profileId` is that of its resolution. */
export interface NewMessage extends Incoming {
  readonly seq: number
  readonly profileId: string | undefined
}

export interface Page {
  /** The most that is given. @default 100 */
  readonly limit?: number | undefined
  /** Only what came after this place in the order of arrival; the oldest first. */
  readonly after?: number | undefined
  /** Only what came before this place; the newest first, as without `after`. */
  readonly before?: number | undefined
}

export interface MessageQuery extends Page {
  /** Of this profile, and of those merged into it. */
  readonly profileId?: string | undefined
  readonly messageIds?: readonly string[] | undefined
}

export interface LogQuery extends Page {
  /** Rows that name one of these profiles, in whatever column. */
  readonly profileIds?: readonly string[] | undefined
  readonly messageIds?: readonly string[] | undefined
}

/** A table that can be asked for: those of the sources, and the store's own (profiles, identifiers, logs). */
export interface TableInfo {
  /** Of the source; undefined for the store's own, and in stores where all sources share their tables. */
  readonly schema: string | undefined
  readonly name: string
  readonly columns: Columns
  readonly rows: number
}

export interface RowQuery {
  /** In stores where each source has its own. */
  readonly schema?: string
  /** @default 100 */
  readonly limit?: number
  /** Only those whose column has this value. */
  readonly where?: { readonly column: string; readonly value: string }
}

export interface Counts {
  readonly messages: number
  readonly profiles: number
  readonly identifiers: number
  readonly violations: Readonly<Record<string, number>>
  readonly discards: Readonly<Record<string, number>>
}

export interface SqlResult {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** Whether there were more rows than the limit. */
  readonly isCut: boolean
}

/** Everything within sees what was written before, and all of it is there afterwards, or none. */
export interface Transaction {
  /** Which of these messageIds the store has. */
  known(messageIds: readonly string[]): Promise<ReadonlySet<string>>
  /** The first of so many places in the order of arrival: each is given once, and they grow. */
  reserve(count: number): Promise<number>
  /** The profiles that these identifiers belong to, each whole and once. They are the caller's to change. */
  profilesOf(space: string, identifiers: readonly Identifier[]): Promise<Profile[]>
  /** Which of these ids a profile has, or had before it was merged into another. */
  takenProfileIds(ids: readonly string[]): Promise<ReadonlySet<string>>
  accounts(space: string, ids: readonly string[]): Promise<Account[]>
  insertMessages(messages: readonly NewMessage[]): Promise<void>
  saveProfiles(changes: ProfileChanges): Promise<void>

  /** The tables of a source, as they are. */
  schema(source: string): Promise<Schema>
  changeSchema(source: string, changes: readonly SchemaChange[]): Promise<void>
  /** Rows whose id is there already are left as they were. */
  insertRows(source: string, batches: readonly RowBatch[]): Promise<void>
  upsertStates(source: string, table: string, ids: readonly string[]): Promise<UpsertState[]>
  /** Keeps the states, and makes the rows of the table what they say. */
  upsert(source: string, table: string, states: readonly UpsertState[]): Promise<void>
  discard(source: string, discards: readonly Discard[]): Promise<void>

  /** A split or another operation by hand: a rebuild carries it out again at its place. */
  recordOperation(operation: Operation): Promise<void>
  /** Forgets these profiles: their messages, rows, identifiers, log rows. @returns how many messages and rows went */
  erase(space: string, profileIds: readonly string[]): Promise<{ messages: number; rows: number }>
  /** Puts other profiles, logs and resolutions in the place of all that the space has. */
  replaceProfiles(
    space: string,
    changes: ProfileChanges,
    resolutions: Iterable<{ readonly seq: number; readonly profileId: string | undefined }>,
  ): Promise<void>
}

export interface Operation {
  readonly seq: number
  readonly space: string
  readonly kind: 'split' | 'erase'
  readonly at: string
  /** Of a split: what was taken out, and of which profile. Of an erasure: nothing that names the person. */
  readonly details: string
}

export interface Store {
  readonly kind: 'memory' | 'sqlite' | 'postgres'
  /**
   * One transaction at a time: a second one waits for the first. If the work fails, nothing of it is kept, and the
   * error is the caller's.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>

  spaces(): Promise<string[]>
  /** Merges followed. */
  profile(id: string): Promise<Profile | undefined>
  profileOf(space: string, identifier: Identifier): Promise<Profile | undefined>
  /** Surviving profiles, the newest first. `search`: whose id or identifiers contain the text. */
  profiles(query: Page & { space?: string; search?: string }): Promise<Profile[]>
  account(space: string, id: string): Promise<Account | undefined>
  messages(query: MessageQuery): Promise<StoredMessage[]>
  log(name: LogName, query: LogQuery): Promise<LogRow[]>
  operations(space: string): Promise<Operation[]>
  tables(): Promise<TableInfo[]>
  /** The newest rows of a table; none if it has no such table or column. */
  rows(table: string, query: RowQuery): Promise<Record<string, Cell>[]>
  counts(): Promise<Counts>
  /** A read-only query of at most so many rows and ms. Rejects in a store without SQL. */
  sql(text: string, limits: { readonly rows: number; readonly timeout: number }): Promise<SqlResult>
  close(): Promise<void>
}
