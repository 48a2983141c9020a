// Which workers live: a worker holds an advisory lock for each of its ids, which PostgreSQL releases when its connection
// is gone. graphile-worker itself gives a job of a killed worker to another only after four hours.

import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg'
import { Sleepers } from '../../delivery/sleep.js'
import { orAbort, withTimeout } from '../../delivery/transport/with-timeout.js'
import type { JobNaming } from './add-jobs.js'
import { quoted } from './quoted.js'

/** How long PostgreSQL may take, in milliseconds. */
const patience = 5_000

/** The first half of the keys of our locks: the bytes of `self`. */
const lockClass = 0x73656c66

export interface LivenessOptions {
  readonly pool: Pool
  readonly naming: JobNaming
  /** How long a worker must be gone before its jobs are taken from it, in milliseconds. */
  readonly interval: number
  readonly onProblem: (error: unknown) => void
}

export class WorkerLiveness {
  readonly #options: LivenessOptions
  readonly #ids = new Set<string>()
  readonly #sleepers = new Sleepers()
  readonly #stop = new AbortController()
  #client: PoolClient | undefined
  #look: Promise<void> | undefined
  /** The last query of the connection. Never rejects. */
  #last: Promise<unknown> = Promise.resolve()
  /** Found dead at the last look. */
  #suspects = new Set<string>()

  constructor(options: LivenessOptions) {
    this.#options = options
  }

  /** Call this for each worker before it takes a job. */
  add(id: string): void {
    this.#ids.add(id)
    if (this.#client) this.#lock(this.#client, id).catch(this.#options.onProblem)
  }

  /** Holds the locks and looks for the dead, until `stop()`. Never rejects. */
  async watch(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        await withTimeout(patience, signal, (bounds) => orAbort(this.#looking(), bounds))
      } catch (error) {
        this.#release()
        this.#options.onProblem(error)
      }
      await this.#sleepers.sleep(this.#options.interval / 2, signal)
    }
    this.#release()
  }

  /** Those of an engine that has ended: their jobs are taken from them like those of any dead worker. */
  forget(): void {
    this.#ids.clear()
    // The locks go with the connection.
    this.#release()
  }

  /** Gives back the jobs of our own workers, which are not going to finish them. */
  async giveBack(): Promise<void> {
    await this.#options.pool.query(unlock(this.#options.naming), [[...this.#ids]])
  }

  stop(): void {
    this.#stop.abort()
  }

  /** One at a time: while PostgreSQL hangs, each would open a connection. */
  #looking(): Promise<void> {
    this.#look ??= this.#lookOnce().finally(() => (this.#look = undefined))
    return this.#look
  }

  async #lookOnce(): Promise<void> {
    const client = (this.#client ??= await this.#connect())
    if (this.#stop.signal.aborted) this.#release()
    else await this.#unlockDead(client)
  }

  async #connect(): Promise<PoolClient> {
    const client = await this.#options.pool.connect()
    client.on('error', this.#onError)
    try {
      // A machine that is gone closes no connection: PostgreSQL finds out by itself within half a minute.
      await client.query(
        'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3',
      )
      for (const id of this.#ids) await this.#lock(client, id)
      return client
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  #lock(client: PoolClient, id: string): Promise<unknown> {
    return this.#query(client, 'select pg_try_advisory_lock($1, hashtext($2))', [lockClass, id])
  }

  /** One at a time: of others pg warns. */
  #query<R extends QueryResultRow>(
    client: PoolClient,
    text: string,
    values: unknown[],
  ): Promise<QueryResult<R>> {
    const result = this.#last.then(() => client.query<R>(text, values))
    this.#last = result.catch(() => undefined)
    return result
  }

  readonly #onError = (): void => {
    this.#release()
  }

  #release(): void {
    const client = this.#client
    this.#client = undefined
    client?.off('error', this.#onError)
    client?.on('error', () => undefined)
    // Not back into the pool: it has our locks and settings.
    client?.release(true)
  }

  async #unlockDead(client: PoolClient): Promise<void> {
    const { naming } = this.#options
    const { rows } = await this.#query<{ id: string }>(client, dead(naming), [
      naming.task,
      lockClass,
    ])
    const found = rows.map(({ id }) => id)
    const gone = found.filter((id) => this.#suspects.has(id))
    this.#suspects = new Set(found)
    if (gone.length > 0) await this.#query(client, unlock(naming), [gone])
  }
}

const unlock = ({ schema }: JobNaming): string =>
  `select ${quoted(schema)}.force_unlock_workers($1::text[])`

/** Only workers of ours have jobs of our task. */
const dead = ({ schema }: JobNaming): string => `
  select distinct locked_by as id from ${quoted(schema)}.jobs
  where task_identifier = $1 and locked_by is not null and not exists (
    select from pg_locks where locktype = 'advisory' and granted and classid = $2::int::oid
      and objid = hashtext(locked_by)::oid
      and database = (select oid from pg_database where datname = current_database())
  )`
