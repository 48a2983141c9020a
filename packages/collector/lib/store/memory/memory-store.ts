// A store in memory: bounded, and gone with the process.
import type { Cell } from '../../cells/cells.js'
import type { LogName, LogRow } from '../../profiles/changes.js'
import { LOG_TABLES } from '../../profiles/logs.js'
import type { Account, Identifier, Profile } from '../../profiles/profile.js'
import { copyProfile } from '../copies.js'
import { QueryRejected, StoreUnavailable } from '../errors.js'
import { isIn, MESSAGE_COLUMN, namesProfile } from '../log-columns.js'
import { OWN_TABLES, type OwnTable } from '../own-tables.js'
import { boundsOf } from '../paging.js'
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
import { Contents } from './contents.js'
import { MemoryTransaction } from './memory-transaction.js'
import { countOwn, isLog, isOwn, ownRows } from './own-rows.js'

const LIMIT = 100_000

/**
 * Keeps the newest messages with their rows, and as many rows of each log; profiles, accounts, users and counts stay.
 * A read while a transaction runs may see a part of it: one that waits for nothing but this store is over
 * before anything else in the process gets its turn.
 */
export class MemoryStore implements Store {
  readonly kind = 'memory'
  #contents = new Contents()
  readonly #turns = new Turns()
  readonly #limit: number
  #isClosed = false

  /** @param options.limit - The most messages that are kept. @default 100,000 */
  constructor({ limit = LIMIT }: { limit?: number } = {}) {
    this.#limit = limit
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed())
    return this.#turns.take(async () => {
      const transaction = new MemoryTransaction(this.#contents)
      try {
        const result = await work(transaction)
        this.#contents.trim(this.#limit)
        return result
      } catch (error) {
        transaction.rollback()
        throw error
      }
    })
  }

  /** Forgets everything. */
  clear(): void {
    this.#contents = new Contents()
  }

  spaces(): Promise<string[]> {
    return this.#read(({ spaces, people }) =>
      [...new Set([...spaces.keys(), ...people.spaces()])].sort(),
    )
  }

  profile(id: string): Promise<Profile | undefined> {
    return this.#read(({ people }) => people.get(id))
  }

  profileOf(space: string, identifier: Identifier): Promise<Profile | undefined> {
    return this.#read(({ people }) => {
      const id = people.owner(space, identifier)
      return id === undefined ? undefined : people.get(id)
    })
  }

  profiles({
    space,
    search,
    ...page
  }: Page & { space?: string; search?: string }): Promise<Profile[]> {
    return this.#read(({ people }) => {
      const { limit, after, before, isAscending } = boundsOf(page)
      const found = [...people.all()].filter(
        (profile) =>
          (space === undefined || profile.space === space) &&
          profile.seq > after &&
          profile.seq < before &&
          (search === undefined || matches(profile, search)),
      )
      found.sort((a, b) => (isAscending ? a.seq - b.seq : b.seq - a.seq))
      return found.slice(0, limit).map(copyProfile)
    })
  }

  account(space: string, id: string): Promise<Account | undefined> {
    return this.#read(({ people }) => people.account(space, id))
  }

  messages({ profileId, messageIds, ...page }: MessageQuery): Promise<StoredMessage[]> {
    return this.#read(({ messages, people }) => {
      const wanted = messageIds && new Set(messageIds)
      const of = profileId === undefined ? undefined : people.survivor(profileId)
      const found: StoredMessage[] = []
      const { limit, after, before, isAscending } = boundsOf(page)
      for (const kept of isAscending ? messages.oldestFirst() : messages.newestFirst()) {
        if (found.length >= limit) break
        const { seq, message, space, source } = kept
        if (seq <= after || seq >= before) continue
        if (wanted && !wanted.has(message.messageId)) continue
        const id = kept.profileId === undefined ? undefined : people.survivor(kept.profileId)
        if (of !== undefined && id !== of) continue
        found.push({ seq, message, space, source, profileId: id })
      }
      return found
    })
  }

  log(name: LogName, { profileIds, messageIds, ...page }: LogQuery): Promise<LogRow[]> {
    return this.#read(({ logs }) => {
      const profiles = profileIds && new Set(profileIds)
      const messages = messageIds && new Set(messageIds)
      const found: LogRow[] = []
      const { limit, after, before, isAscending } = boundsOf(page)
      const log = logs[name]
      for (const row of isAscending ? log.oldestFirst() : log.newestFirst()) {
        if (found.length >= limit) break
        const seq = Number(row.seq)
        if (seq <= after || seq >= before) continue
        if (profiles && !namesProfile(row, profiles)) continue
        if (messages && !isIn(row, MESSAGE_COLUMN, messages)) continue
        found.push(row)
      }
      return found
    })
  }

  operations(space: string): Promise<Operation[]> {
    return this.#read(({ operations }) =>
      [...operations.oldestFirst()].filter((each) => each.space === space),
    )
  }

  tables(): Promise<TableInfo[]> {
    return this.#read((contents) => {
      const own = (Object.keys(OWN_TABLES) as OwnTable[]).map((name) => ({
        schema: undefined,
        name,
        columns: OWN_TABLES[name],
        rows: countOwn(contents, name),
      }))
      const logs = (Object.keys(LOG_TABLES) as LogName[]).map((name) => ({
        schema: undefined,
        name,
        columns: LOG_TABLES[name],
        rows: contents.logs[name].length,
      }))
      const others = contents.tables.list().map((table) => ({ schema: undefined, ...table }))
      return [...own, ...logs, ...others]
    })
  }

  rows(table: string, { limit = 100, where }: RowQuery): Promise<Record<string, Cell>[]> {
    return this.#read((contents) => {
      if (isOwn(table)) return first(ownRows(contents, table), limit, where)
      if (isLog(table)) return first(contents.logs[table].newestFirst(), limit, where)
      return contents.tables.rows(table, limit, where) ?? []
    })
  }

  counts(): Promise<Counts> {
    return this.#read(({ counters, people }) => ({
      messages: counters.get('messages'),
      profiles: people.size,
      identifiers: people.identifiers,
      violations: counters.under('violation '),
      discards: counters.under('discard '),
    }))
  }

  sql(): Promise<SqlResult> {
    return Promise.reject(
      new QueryRejected('A store in memory has no SQL: start the collector with --db FILE'),
    )
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#turns.ended()
  }

  #read<T>(work: (contents: Contents) => T): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed())
    return new Promise((resolve) => resolve(work(this.#contents)))
  }
}

function matches({ id, mappings }: Profile, text: string): boolean {
  return id.includes(text) || mappings.some(({ value }) => value.includes(text))
}

function first<T extends LogRow>(rows: Iterable<T>, limit: number, where?: RowQuery['where']): T[] {
  const found: T[] = []
  for (const row of rows) {
    if (found.length >= limit) break
    if (where === undefined || row[where.column] === where.value) found.push(row)
  }
  return found
}

function closed(): StoreUnavailable {
  return new StoreUnavailable('The store is closed', { retryAfter: 5 })
}
