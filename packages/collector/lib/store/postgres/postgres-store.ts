// A store in a PostgreSQL database, which several collectors may share.
import { setTimeout as wait } from 'node:timers/promises'
import type * as pg from 'pg'
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
import { checkedUrl, Connections } from './connections.js'
import { loadDriver } from './driver.js'
import { explained, explainedOnOpening } from './failures.js'
import { prepare } from './opening.js'
import type { Reader } from './people-rows.js'
import * as reading from './reader.js'
import { query } from './sql-query.js'
import * as tableReading from './table-reader.js'
import { toStored } from './texts.js'
import { Writer } from './writer.js'

/**
 * Opens a PostgreSQL database, and creates the tables it needs in the schema `selfsame`. What the address leaves out
 * comes from the environment: `PGHOST`, `PGUSER`, `PGPASSWORD` …
 *
 * @param url - `postgres://user@host:5432/database`
 * @throws StoreNotUsable if it cannot be used: the message says what will help; StoreUnavailable if it cannot be
 * reached now
 */
export async function openPostgresStore(url: string): Promise<Store> {
  const connections = new Connections(await loadDriver(), checkedUrl(url))
  try {
    await connections.write(prepare)
    return new PostgresStore(connections)
  } catch (error) {
    await connections.close()
    throw explainedOnOpening(error)
  }
}

class PostgresStore implements Store {
  readonly kind = 'postgres'
  readonly #connections: Connections
  readonly #turns = new Turns()
  readonly #writer: Writer
  #isClosed = false

  constructor(connections: Connections) {
    this.#connections = connections
    this.#writer = new Writer(connections)
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw closed()
    return await this.#turns.take(() => this.#writer.transact(work))
  }

  spaces(): Promise<string[]> {
    return this.#read(reading.spaces)
  }
  profile(id: string): Promise<Profile | undefined> {
    return this.#read((reader) => reading.profile(reader, id))
  }
  profileOf(space: string, identifier: Identifier): Promise<Profile | undefined> {
    return this.#read((reader) => reading.profileOf(reader, space, identifier))
  }
  profiles(asked: Page & { space?: string; search?: string }): Promise<Profile[]> {
    return this.#read((reader) => reading.profiles(reader, asked))
  }
  account(space: string, id: string): Promise<Account | undefined> {
    return this.#read((reader) => reading.account(reader, space, id))
  }
  messages(asked: MessageQuery): Promise<StoredMessage[]> {
    return this.#read((reader) => reading.messages(reader, asked))
  }
  log(name: LogName, asked: LogQuery): Promise<LogRow[]> {
    return this.#read((reader) => reading.log(reader, name, asked))
  }
  operations(space: string): Promise<Operation[]> {
    return this.#read((reader) => reading.operations(reader, space))
  }
  tables(): Promise<TableInfo[]> {
    return this.#read(tableReading.tables)
  }
  rows(table: string, asked: RowQuery): Promise<Record<string, Cell>[]> {
    return this.#read((reader) => tableReading.rows(reader, table, asked))
  }
  counts(): Promise<Counts> {
    return this.#read(reading.counts)
  }

  async sql(
    text: string,
    limits: { readonly rows: number; readonly timeout: number },
  ): Promise<SqlResult> {
    if (this.#isClosed) throw closed()
    return await query(this.#connections, text, limits)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#turns.ended()
    await this.#connections.close()
  }

  /** A connection may have been broken since it was last used: then another one is tried. */
  async #read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw closed()
    try {
      try {
        return await this.#connections.read((client) => snapshot(client, work))
      } catch (error) {
        if (!(explained(error) instanceof StoreUnavailable)) throw error
        await wait(50)
        return await this.#connections.read((client) => snapshot(client, work))
      }
    } catch (error) {
      throw explained(error)
    }
  }
}

/** Several queries see the same. */
async function snapshot<T>(
  client: pg.PoolClient,
  work: (reader: Reader) => Promise<T>,
): Promise<T> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const result = await work({
    async rows(text, values = []) {
      // A text that PostgreSQL cannot have is asked for as it is kept, so that it finds what there is: nothing.
      const asked = values.map((value) => (typeof value === 'string' ? toStored(value) : value))
      const found = await client.query<Cell[]>({ text, values: asked, rowMode: 'array' })
      return found.rows
    },
  })
  await client.query('COMMIT')
  return result
}

function closed(): StoreUnavailable {
  return new StoreUnavailable('The store is closed', { retryAfter: 5 })
}
