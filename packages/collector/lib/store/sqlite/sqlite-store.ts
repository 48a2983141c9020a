// A store in one SQLite file.
import type { Cell } from '../../cells/cells.js'
import type { LogName, LogRow } from '../../profiles/changes.js'
import type { Account, Identifier, Profile } from '../../profiles/profile.js'
import { StoreUnavailable } from '../errors.js'
import type {
  Counts,
  LogQuery,
  MessageQuery,
  Operation,
  Page,
  RowQuery,
  SqlResult,
  Store,
  StoredMessage,
  TableInfo,
  Transaction,
} from '../store.js'
import { Turns } from '../turns.js'
import { Counters } from './counters.js'
import { type File, openReader, openWriter } from './file.js'
import { IdIndex } from './id-index.js'
import { PeopleRows } from './people-rows.js'
import { Reader } from './reader.js'
import { SourceTables } from './source-tables.js'
import { SqliteTransaction } from './sqlite-transaction.js'
import type { Writer } from './writer.js'
import { query } from './sql-query.js'
import type { Statements } from './statements.js'
import { unavailable, whenFree } from './unavailable.js'

/**
 * Opens a file, and creates it if there is none: with mode 0600, as what is in it is about people.
 *
 * @throws StoreNotUsable if it is another program's, or there is no library for SQLite
 */
export async function openSqliteStore(file: File): Promise<Store> {
  const statements = await openWriter(file)
  try {
    return new SqliteStore(file, statements, await openReader(file))
  } catch (error) {
    statements.close()
    throw error
  }
}

class SqliteStore implements Store {
  readonly kind = 'sqlite'
  readonly #file: File
  readonly #turns = new Turns()
  readonly #writer: Writer
  readonly #reader: Reader
  readonly #readerStatements: Statements
  #dataVersion: Cell | undefined
  #isClosed = false

  constructor(file: File, statements: Statements, reader: Statements) {
    this.#file = file
    const counters = new Counters(statements)
    this.#writer = {
      statements,
      counters,
      ids: new IdIndex(statements, file.indexEvery),
      people: new PeopleRows(statements, counters),
      tables: new SourceTables(statements, counters),
    }
    this.#readerStatements = reader
    this.#reader = new Reader(reader)
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed())
    return this.#turns.take(() => this.#transact(work))
  }

  async #transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const { statements } = this.#writer
    const transaction = new SqliteTransaction(this.#writer)
    await whenFree(() => statements.exec('BEGIN IMMEDIATE'))
    let result: T
    try {
      this.#loadIfChanged()
      result = await work(transaction)
      transaction.finish()
      statements.exec('COMMIT')
    } catch (error) {
      this.#rollBack()
      throw unavailable(error)
    }
    this.#writer.counters.committed()
    this.#writer.ids.committed()
    this.#writer.people.committed()
    if (transaction.hasErased) await this.#rewrite()
    return result
  }

  /** What is kept in memory holds only as long as nobody else writes. */
  #loadIfChanged(): void {
    const { statements, counters, ids, people, tables } = this.#writer
    const version = statements.value('PRAGMA data_version')
    if (version === this.#dataVersion) return
    counters.load()
    ids.load()
    people.forget()
    tables.load()
    statements.forget()
    this.#dataVersion = version
  }

  #rollBack(): void {
    const { statements, counters, ids, people } = this.#writer
    try {
      statements.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
    counters.rolledBack()
    ids.rolledBack()
    people.forget()
    this.#dataVersion = undefined
  }

  /** What was deleted may still be in the log, and in pages that were reorganised: the file is written anew. */
  async #rewrite(): Promise<void> {
    const { statements } = this.#writer
    await whenFree(() => checkpoint(statements))
    await whenFree(() => statements.exec('VACUUM'))
    await whenFree(() => checkpoint(statements))
  }

  spaces(): Promise<string[]> {
    return this.#read((reader) => reader.spaces())
  }
  profile(id: string): Promise<Profile | undefined> {
    return this.#read((reader) => reader.profile(id))
  }
  profileOf(space: string, identifier: Identifier): Promise<Profile | undefined> {
    return this.#read((reader) => reader.profileOf(space, identifier))
  }
  profiles(query: Page & { space?: string; search?: string }): Promise<Profile[]> {
    return this.#read((reader) => reader.profiles(query))
  }
  account(space: string, id: string): Promise<Account | undefined> {
    return this.#read((reader) => reader.account(space, id))
  }
  messages(query: MessageQuery): Promise<StoredMessage[]> {
    return this.#read((reader) => reader.messages(query))
  }
  log(name: LogName, query: LogQuery): Promise<LogRow[]> {
    return this.#read((reader) => reader.log(name, query))
  }
  operations(space: string): Promise<Operation[]> {
    return this.#read((reader) => reader.operations(space))
  }
  tables(): Promise<TableInfo[]> {
    return this.#read((reader) => reader.tables())
  }
  rows(table: string, query: RowQuery): Promise<Record<string, Cell>[]> {
    return this.#read((reader) => reader.rows(table, query))
  }
  counts(): Promise<Counts> {
    return this.#read((reader) => reader.counts())
  }

  async sql(
    text: string,
    limits: { readonly rows: number; readonly timeout: number },
  ): Promise<SqlResult> {
    if (this.#isClosed) throw closed()
    return await query({ file: this.#file, text, ...limits })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#turns.ended()
    this.#readerStatements.close()
    const { statements } = this.#writer
    try {
      // So that the one file is all there is to be copied.
      statements.all(CHECKPOINT)
    } catch {
      // Another process is reading: the log stays, and holds all that it should.
    }
    statements.close()
  }

  async #read<T>(work: (reader: Reader) => T): Promise<T> {
    if (this.#isClosed) throw closed()
    return await whenFree(() => work(this.#reader))
  }
}

const CHECKPOINT = 'PRAGMA wal_checkpoint(TRUNCATE)'

/** If somebody's reading holds it up, its row says so. */
function checkpoint(statements: Statements): void {
  if (statements.value(CHECKPOINT) === 1) {
    throw Object.assign(new Error('The database is being read'), { code: 'SQLITE_BUSY' })
  }
}

function closed(): StoreUnavailable {
  return new StoreUnavailable('The store is closed', { retryAfter: 5 })
}
