// The connections of a store: one that writes, a few that read.
import type * as pg from 'pg'
import { StoreNotUsable } from '../errors.js'
import type { Driver } from './driver.js'
import { types } from './parsers.js'

/** How long a statement may take, and how long it may wait for a lock, in ms. */
export const STATEMENT_TIMEOUT = 30_000
export const LOCK_TIMEOUT = 10_000
const CONNECT_TIMEOUT = 5_000
/** Readers do not keep writers waiting, nor the other way round. */
const READERS = 4

/**
 * Whatever the server, the database or the role have set, a session means the same. A collector that is gone without
 * a word must not hold the lock: the server ends a transaction that waits for its client, and asks after the client.
 */
const SESSION = `
SET search_path = pg_catalog; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 1;
SET standard_conforming_strings = on; SET client_min_messages = warning; SET default_transaction_read_only = off;
SET default_transaction_isolation = 'read committed'; SET bytea_output = 'hex'; SET row_security = off;
SET statement_timeout = ${STATEMENT_TIMEOUT}; SET lock_timeout = ${LOCK_TIMEOUT};
SET idle_in_transaction_session_timeout = ${STATEMENT_TIMEOUT};
SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3;
`

export class Connections {
  readonly #writers: pg.Pool
  readonly #readers: pg.Pool
  readonly #ready = new WeakSet<pg.PoolClient>()

  constructor(driver: Driver, url: string) {
    const config = (max: number): pg.PoolConfig & { pipeline: boolean } => ({
      connectionString: url,
      max,
      types,
      pipeline: true,
      application_name: 'selfsame-collector',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      idleTimeoutMillis: 60_000,
      allowExitOnIdle: true,
    })
    this.#writers = new driver.Pool(config(1))
    this.#readers = new driver.Pool(config(READERS))
    for (const pool of [this.#writers, this.#readers]) {
      // A connection may break while nobody uses it, or once more when it has left the pool. The code that does use it
      // has the error from the query.
      pool.on('error', () => undefined)
      pool.on('connect', (client) => client.on('error', () => undefined))
    }
  }

  write<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#with(this.#writers, work)
  }

  read<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#with(this.#readers, work)
  }

  /** For work after which the connection is not used again. */
  readOnce<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#with(this.#readers, work, true)
  }

  async close(): Promise<void> {
    await Promise.all([this.#writers.end(), this.#readers.end()])
  }

  async #with<T>(
    pool: pg.Pool,
    work: (client: pg.PoolClient) => Promise<T>,
    isLast = false,
  ): Promise<T> {
    const client = await pool.connect()
    let isBroken = true
    try {
      if (!this.#ready.has(client)) {
        await client.query(SESSION)
        this.#ready.add(client)
      }
      const result = await work(client)
      isBroken = isLast
      return result
    } finally {
      client.release(isBroken)
    }
  }
}

/** The address of a database. It may have a password, so that no error shows any of it. */
export function checkedUrl(url: string): string {
  // libpq allows it to have a user and no host, which URLs do not.
  const text = url.replace(/^(postgres(?:ql)?:\/\/[^/@]*)@(?=\/)/, '$1@localhost')
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) {
    throw new StoreNotUsable(
      'The address of the database is no URL like postgres://user@host:5432/database',
    )
  }
  return url
}
