// Transactions, one at a time over all collectors, and what is done when one fails.
import { setTimeout as wait } from 'node:timers/promises'
import type * as pg from 'pg'
import type { Transaction } from '../store.js'
import { LOCK, checkVersion } from './opening.js'
import { type Connections, STATEMENT_TIMEOUT } from './connections.js'
import { explained, isDisconnect, isTransient } from './failures.js'
import { PostgresTransaction, type Shared } from './postgres-transaction.js'
import { SchemaChanges } from './schema-changes.js'
import { Session } from './session.js'
import { TableCache } from './source-tables.js'

/** With the pauses between them about a second; what takes longer is the caller's to try again. */
const MOST_ATTEMPTS = 6
const PAUSE = 40

/**
 * The lock makes transactions of all collectors wait for each other, so that there are no deadlocks between them. In
 * the same round trip comes what would otherwise be asked for: each statement sees what was committed when it began.
 */
const BEGIN = `BEGIN; SELECT pg_advisory_xact_lock(${LOCK});
SELECT version, last_seq, tables_version, pg_current_xact_id()::text FROM selfsame.selfsame_state`

type Work<T> = (transaction: Transaction) => Promise<T>

interface Ended<T> {
  readonly result?: T
  readonly error?: { readonly error: unknown }
}

/** The connection broke while the transaction was to be committed. */
class Unknown extends Error {
  readonly xid: string
  readonly result: unknown

  constructor(xid: string, result: unknown, cause: unknown) {
    super('It is not known whether the transaction was committed', { cause })
    this.xid = xid
    this.result = result
  }
}

export class Writer {
  readonly #connections: Connections
  readonly #shared: Shared

  constructor(connections: Connections) {
    const cache = new TableCache()
    this.#connections = connections
    this.#shared = { cache, schemaChanges: new SchemaChanges(cache) }
  }

  /** The work is done again if the database, or the connection, made it fail. */
  async transact<T>(work: Work<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { result, error } = await this.#connections.write((client) =>
          this.#orRolledBack(client, work),
        )
        if (error) throw error.error
        return result as T
      } catch (error) {
        this.#shared.cache.forget()
        if (error instanceof Unknown && (await this.#isCommitted(error.xid))) {
          return error.result as T
        }
        const reason = error instanceof Unknown ? error.cause : error
        if (attempt === MOST_ATTEMPTS || !isTransient(reason)) throw explained(reason)
        await wait(PAUSE * 2 ** (attempt - 1) * (0.5 + Math.random() / 2))
      }
    }
  }

  /** A failure costs the connection only if it cannot even roll back. */
  async #orRolledBack<T>(client: pg.PoolClient, work: Work<T>): Promise<Ended<T>> {
    try {
      return { result: await this.#once(client, work) }
    } catch (error) {
      if (error instanceof Unknown || isDisconnect(error)) throw error
      await client.query('ROLLBACK')
      return { error: { error } }
    }
  }

  async #once<T>(client: pg.PoolClient, work: Work<T>): Promise<T> {
    const session = new Session(client)
    const [row = []] = await session.script(BEGIN)
    const [version, lastSeq, tablesVersion, xid] = row
    checkVersion(Number(version))
    this.#shared.cache.check(Number(tablesVersion))
    const transaction = new PostgresTransaction(
      session,
      { lastSeq: Number(lastSeq), tablesVersion: Number(tablesVersion) },
      this.#shared,
    )
    const result = await work(transaction)
    transaction.finish()
    await session.settled()
    try {
      await session.script('COMMIT')
    } catch (error) {
      if (isDisconnect(error)) throw new Unknown(String(xid), result, error)
      throw error
    }
    const emptied = transaction.committed()
    if (emptied.size > 0) await vacuum(client, emptied)
    return result
  }

  /** The server knows. Until it has noticed that the connection is gone, the transaction may go on. */
  async #isCommitted(xid: string): Promise<boolean> {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      try {
        const status = await this.#connections.write(async (client) => {
          const { rows } = await client.query<{ status: string | null }>(
            'SELECT pg_xact_status($1::text::xid8) AS status',
            [xid],
          )
          return rows[0]?.status
        })
        if (status !== 'in progress') return status === 'committed'
      } catch (error) {
        if (!isTransient(error)) throw explained(error)
      }
      await wait(PAUSE * 2 ** attempt)
    }
    return false
  }
}

/** What was deleted is still in the pages, and what was common in the statistics. */
async function vacuum(client: pg.PoolClient, tables: ReadonlySet<string>): Promise<void> {
  await client.query('SET statement_timeout = 0')
  for (const table of tables) {
    // The person is erased already: autovacuum does the rest, if this cannot.
    await client.query(`VACUUM (ANALYZE) ${table}`).catch(() => undefined)
  }
  await client.query(`SET statement_timeout = ${STATEMENT_TIMEOUT}`)
}
