// Which workers live: a worker holds an advisory lock for each of its ids, which PostgreSQL releases when its connection
// is gone. graphile-worker itself gives a job of a killed worker to another only after four hours.

import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg'
import { Sleepers } from '../../delivery/sleep.js'
import { orAbort, withTimeout } from '../../delivery/transport/with-timeout.js'
import type { JobNaming } from './add-jobs.js'
import { connect, patience } from './connection.js'
import { quoted } from './quoted.js'

/** The first half of the keys of our locks: the bytes of `self`. */
const lockClass = 0x73656c66
/** That of the lock of the one who unlocks what dead workers have. */
const releaseClass = lockClass + 1

/** What an engine has in PostgreSQL. */
export class EngineHold {
  /** Its jobs are locked by these. */
  readonly ids = new Set<string>()
  /** The ids of its jobs in delivery. */
  readonly jobs = new Set<string>()
  /** It takes no other jobs: those that it has locked without knowing of them are given back. */
  isEnding = false
}

export interface LivenessOptions {
  readonly pool: Pool
  readonly naming: JobNaming
  /** How long a worker must be gone before its jobs are taken from it, in milliseconds. */
  readonly interval: number
  readonly onProblem: (error: unknown) => void
}

export class WorkerLiveness {
  readonly #options: LivenessOptions
  readonly #holds = new Set<EngineHold>()
  readonly #sleepers = new Sleepers()
  readonly #stop = new AbortController()
  #client: PoolClient | undefined
  /** The ids whose locks the connection has, or has asked for. */
  #locked = new Set<string>()
  /** The last query of the connection. Never rejects. */
  #last: Promise<unknown> = Promise.resolve()
  /** Found at the last look: workers that are dead, and jobs that an engine does not know of. */
  #suspects = new Set<string>()

  constructor(options: LivenessOptions) {
    this.#options = options
  }

  /** Call this for each id of an engine before it takes a job. */
  add(hold: EngineHold, id: string): void {
    hold.ids.add(id)
    this.#holds.add(hold)
    if (this.#client) this.#lock(this.#client).catch(this.#fail)
  }

  /** It has no job in delivery: what it has locked is taken from it like from any dead worker. */
  forget(hold: EngineHold): void {
    this.#holds.delete(hold)
  }

  /** Holds the locks and looks for the dead, until `stop()`. Never rejects. */
  async watch(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      let isWell = false
      try {
        isWell = await withTimeout(patience, signal, (bounds) =>
          orAbort(this.#look(bounds), bounds),
        )
      } catch (error) {
        this.#fail(error)
      }
      // Without its locks a worker counts as dead: it takes them sooner than others have looked twice.
      await this.#sleepers.sleep(this.#options.interval / (isWell ? 2 : 8), signal)
    }
    this.#release()
  }

  /** Gives back the jobs of our own engines, which are not going to finish them. */
  async giveBack(): Promise<void> {
    await this.#options.pool.query(unlockWorkers(this.#options.naming), [this.#idsOf(this.#holds)])
  }

  stop(): void {
    this.#stop.abort()
  }

  /** Resolves with whether all locks are held. */
  async #look(bounds: AbortSignal): Promise<boolean> {
    const client = this.#client ?? (await this.#connect(bounds))
    // An old connection of ours has them until PostgreSQL finds that it is gone.
    if (!(await this.#lock(client))) return false
    const { naming } = this.#options
    const own = this.#idsOf(this.#holds)
    const dead = await this.#find(client, deadWorkers(naming), [naming.task, lockClass, own])
    const ending = [...this.#holds].filter(({ isEnding }) => isEnding)
    const endingIds = this.#idsOf(ending)
    const known = ending.flatMap(({ jobs }) => [...jobs])
    const unknown = await this.#find(client, unknownJobs(naming), [endingIds, known])
    // One that is just being taken or marked as done looks the same.
    const goneWorkers = dead.filter((id) => this.#suspects.has(id))
    const lostJobs = unknown.filter((id) => this.#suspects.has(id))
    this.#suspects = new Set([...dead, ...unknown])
    if (goneWorkers.length > 0) await this.#query(client, unlockDead(naming), [goneWorkers])
    try {
      if (lostJobs.length > 0) await this.#query(client, unlockJobs(naming), [lostJobs, endingIds])
      await this.#query(client, unlockQueues(naming), [own])
    } catch (error) {
      // A later version of graphile-worker may have other tables: that is no reason to lose the locks.
      this.#options.onProblem(error)
    }
    return true
  }

  async #connect(bounds: AbortSignal): Promise<PoolClient> {
    const client = await connect(this.#options.pool, bounds)
    if (bounds.aborted) {
      client.release()
      bounds.throwIfAborted()
    }
    this.#client = client
    client.on('error', this.#onError)
    // A machine that is gone closes no connection: PostgreSQL finds out by itself within half a minute.
    const keepalives =
      'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3'
    await this.#query(client, keepalives)
    return client
  }

  /** Takes the locks of our ids, and releases those of ids that are forgotten. Resolves with whether all are held. */
  async #lock(client: PoolClient): Promise<boolean> {
    const locked = this.#locked
    const ids = this.#idsOf(this.#holds)
    const missing = ids.filter((id) => !locked.has(id))
    for (const id of missing) locked.add(id)
    const forgotten = [...locked].filter((id) => !ids.includes(id))
    for (const id of forgotten) locked.delete(id)
    if (forgotten.length > 0)
      await this.#query(client, forEach('pg_advisory_unlock'), [lockClass, forgotten])
    if (missing.length === 0) return true
    const refused = `select id from (${forEach('pg_try_advisory_lock')}) as locks where not done`
    const others = await this.#find(client, refused, [lockClass, missing])
    for (const id of others) locked.delete(id)
    return others.length === 0
  }

  #idsOf(holds: Iterable<EngineHold>): string[] {
    return [...holds].flatMap(({ ids }) => [...ids])
  }

  async #find(client: PoolClient, text: string, values: unknown[]): Promise<string[]> {
    const { rows } = await this.#query<{ id: string }>(client, text, values)
    return rows.map(({ id }) => id)
  }

  /** One at a time: of others pg warns. */
  #query<R extends QueryResultRow>(
    client: PoolClient,
    text: string,
    values?: unknown[],
  ): Promise<QueryResult<R>> {
    const result = this.#last.then(() => client.query<R>(text, values))
    this.#last = result.catch(() => undefined)
    return result
  }

  readonly #fail = (error: unknown): void => {
    this.#onError()
    this.#options.onProblem(error)
  }

  readonly #onError = (): void => {
    this.#release()
    this.#sleepers.wakeAll()
  }

  #release(): void {
    const client = this.#client
    this.#client = undefined
    this.#locked = new Set()
    // While we did not look, others may have come back.
    this.#suspects = new Set()
    client?.off('error', this.#onError)
    client?.on('error', () => undefined)
    // Not back into the pool: it has our locks and settings.
    client?.release(true)
  }
}

const forEach = (call: string): string =>
  `select id, ${call}($1, hashtext(id)) as done from unnest($2::text[]) as id`

const unlockWorkers = ({ schema }: JobNaming): string =>
  `select ${quoted(schema)}.force_unlock_workers($1::text[])`

/**
 * By one worker at a time. A second one would wait for the first, and have the rows locked for a moment when the lanes are
 * free already: graphile-worker skips rows that are locked, and would take the next job of the lane.
 */
const unlockDead = (naming: JobNaming): string =>
  `${unlockWorkers(naming)} where pg_try_advisory_xact_lock(${releaseClass}, 0)`

/** Only workers of ours have jobs of our task. */
const deadWorkers = ({ schema }: JobNaming): string => `
  select distinct locked_by as id from ${quoted(schema)}.jobs
  where task_identifier = $1 and locked_by <> all ($3::text[]) and not exists (
    select from pg_locks where locktype = 'advisory' and granted and classid = $2::int::oid
      and objid = hashtext(locked_by)::oid
      and database = (select oid from pg_database where datname = current_database())
  )`

const unknownJobs = ({ schema }: JobNaming): string => `
  select id::text from ${quoted(schema)}.jobs
  where locked_by = any ($1::text[]) and id <> all ($2::bigint[])`

const unlockJobs = ({ schema }: JobNaming): string => `
  update ${quoted(schema)}._private_jobs set locked_at = null, locked_by = null
  where id = any ($1::bigint[]) and locked_by = any ($2::text[])`

/**
 * A lane is locked together with its job. If the job is gone, because an engine that it was taken from has marked it as
 * done, nothing else unlocks the lane.
 */
const unlockQueues = ({ schema }: JobNaming): string => `
  update ${quoted(schema)}._private_job_queues as queue set locked_at = null, locked_by = null
  where locked_by = any ($1::text[]) and not exists (
    select from ${quoted(schema)}._private_jobs as job
    where job.job_queue_id = queue.id and job.locked_by = queue.locked_by
  )`
