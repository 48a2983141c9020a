// Connections of the app's pool, and what PostgreSQL says on them.

import type { EventEmitter } from 'node:events'
import type { Pool, PoolClient } from 'pg'
import { withTimeout } from '../../delivery/transport/with-timeout.js'
import { toError } from '../../runtime/describe-value.js'

/** How long PostgreSQL may take, in milliseconds. */
export const patience = 5_000

const ignore = (): void => undefined

/** Without a listener, an idle connection that breaks ends the process. The pool opens another. */
export function guardPool(pool: Pool): void {
  if (!pool.listeners('error').includes(ignore)) pool.on('error', ignore)
}

/** Those who wait for a connection of a pool. */
class Waiters {
  readonly #pool: Pool
  readonly #waiters = new Set<(client: PoolClient | Error) => void>()
  /** Connections that the pool was asked for. */
  #asked = 0

  constructor(pool: Pool) {
    this.#pool = pool
  }

  connect(signal: AbortSignal): Promise<PoolClient> {
    return new Promise((resolve, reject) => {
      const settle = (client: PoolClient | Error): void => {
        this.#waiters.delete(settle)
        signal.removeEventListener('abort', abort)
        if (client instanceof Error) reject(client)
        else resolve(client)
      }
      const abort = (): void => {
        settle(toError(signal.reason))
      }
      this.#waiters.add(settle)
      signal.addEventListener('abort', abort)
      if (signal.aborted) abort()
      // One that was given up waits in the pool for us. If it does not wait, it is connecting, and may do so for ever.
      else if (this.#asked < this.#waiters.size || this.#pool.waitingCount === 0) this.#ask()
    })
  }

  #ask(): void {
    this.#asked++
    const give = (client: PoolClient | Error): void => {
      this.#asked--
      const [first] = this.#waiters
      if (first) first(client)
      else if (!(client instanceof Error)) client.release()
    }
    this.#pool.connect().then(give, (error: unknown) => {
      give(toError(error))
    })
  }
}

const waitersOf = new WeakMap<Pool, Waiters>()

/** A connection of the pool. Rejects when the signal is aborted; what the pool gives later is used by others. */
export function connect(pool: Pool, signal: AbortSignal): Promise<PoolClient> {
  const waiters = waitersOf.get(pool) ?? new Waiters(pool)
  waitersOf.set(pool, waiters)
  return waiters.connect(signal)
}

/**
 * Runs work on a connection. If it is aborted, the connection is closed: a server that hangs would keep them all.
 *
 * @throws Error if the work ran in a transaction that somebody had left open. It is rolled back
 */
export async function withConnection<T>(
  pool: Pool,
  signal: AbortSignal,
  work: (db: PoolClient) => Promise<T>,
): Promise<T> {
  const db = await connect(pool, signal)
  // One that breaks makes the work reject.
  db.on('error', ignore)
  // The native client has none.
  const { connection } = db as { connection?: EventEmitter }
  let status = 'idle' as string | undefined
  const isInTransaction = (): boolean => status === 'T' || status === 'E'
  const note = (message: { status?: string }): void => {
    status = message.status
  }
  connection?.on('readyForQuery', note)
  let isHeld = true
  const release = (isBroken: boolean): void => {
    if (!isHeld) return
    isHeld = false
    connection?.off('readyForQuery', note)
    if (!isBroken) db.off('error', ignore)
    db.release(isBroken)
  }
  const giveUp = (): void => {
    release(true)
  }
  signal.addEventListener('abort', giveUp)
  try {
    signal.throwIfAborted()
    const result = await work(db)
    if (isInTransaction()) throw new Error('a connection of the pool has an open transaction')
    return result
  } finally {
    signal.removeEventListener('abort', giveUp)
    release(signal.aborted || isInTransaction())
  }
}

/** As `withConnection()`, within five seconds. */
export function briefly<T>(
  pool: Pool,
  signal: AbortSignal,
  work: (db: PoolClient) => Promise<T>,
): Promise<T> {
  return withTimeout(patience, signal, (bounds) => withConnection(pool, bounds, work))
}

/** Rejects if PostgreSQL takes no writes, as a standby, which answers who only reads. */
export async function expectWritable(db: PoolClient): Promise<void> {
  const { rows } = await db.query<{ isReadOnly: boolean }>(
    `select current_setting('transaction_read_only')::bool as "isReadOnly"`,
  )
  if (rows[0]?.isReadOnly === true)
    throw Object.assign(new Error('PostgreSQL is read-only'), { code: '25006' })
}
