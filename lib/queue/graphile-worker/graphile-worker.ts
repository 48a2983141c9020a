// A worker of graphile-worker's jobs: it takes those of each lane, one at a time, and delivers them.

import { EventEmitter } from 'node:events'
import { Logger, run, type JobHelpers, type Runner, type WorkerEvents } from 'graphile-worker'
import type { Pool, PoolClient } from 'pg'
import { Sleepers } from '../../delivery/sleep.js'
import { orAbort } from '../../delivery/transport/with-timeout.js'
import { integer } from '../../runtime/check-option.js'
import { idleTimer, longestTimer } from '../../runtime/timer.js'
import { within } from '../../runtime/within.js'
import { PoisonedJob } from '../job.js'
import { checkConcurrency, checkRate } from '../queue-options.js'
import { JobRunner, UndeliveredMessages, type WorkerStats } from '../work/job-runner.js'
import { WorkerStopped } from '../work/source-delivery.js'
import { closeTimeout, problemTeller } from '../work/worker-options.js'
import type { RunningWorker, WorkerOptions } from '../work/worker-options.js'
import type { JobNaming } from './add-jobs.js'
import { briefly, expectWritable, guardPool } from './connection.js'
import { checkPool, namingOf, type JobPlace } from './graphile-options.js'
import { EngineHold, WorkerLiveness } from './liveness.js'
import { nudgeLater } from './nudges.js'
import { explainPostgres } from './postgres-errors.js'
import { postgresPace } from './postgres-pace.js'
import { quoted } from './quoted.js'

export interface GraphileWorkerWorkerOptions extends WorkerOptions, JobPlace {
  /** A pool of pg, which you end yourself. A worker holds two of its connections, and uses others for moments. */
  pool: Pool
  /**
   * After how many milliseconds a job of a worker that was killed goes to another. Minimum 1,000.
   * @default 10_000
   */
  stalledInterval?: number | undefined
}

/** How long to wait before the next attempt to start, in milliseconds. */
const restartDelay = 2_000
/** How long after the first the other connections of an engine may break, in milliseconds. */
const failureSpan = 250
/** How long giving back may take, in milliseconds. */
const closingTime = 5_000
/** A job may last as long as an outage of the server: nothing but `close()` ends it. */
const never = 2 ** 31 - 1

/**
 * Delivers what apps have handed over with `graphileWorker()`, or in transactions, until it is closed. It installs
 * graphile-worker in the database if it is not there, connects in the background, and waits as long as PostgreSQL is away.
 *
 * @throws TypeError that names the option that is wrong
 */
export function startWorker(options: GraphileWorkerWorkerOptions): RunningWorker {
  return new GraphileWorkerWorker(options)
}

class GraphileWorkerWorker implements RunningWorker {
  readonly #pool: Pool
  readonly #naming: JobNaming
  readonly #concurrency: number
  readonly #runner: JobRunner
  readonly #liveness: WorkerLiveness
  readonly #onProblem: (text: string) => void
  readonly #sleepers = new Sleepers()
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  #isWatched = false
  #problem: string | undefined
  #closing: Promise<void> | undefined

  constructor(options: GraphileWorkerWorkerOptions) {
    this.#pool = checkPool(options)
    this.#naming = namingOf(options)
    const rate = checkRate(options)
    this.#concurrency = checkConcurrency(options)
    const interval = integer(options, 'stalledInterval', {
      default: 10_000,
      min: 1_000,
      max: longestTimer,
    })
    this.#onProblem = problemTeller(options)
    const pace = rate === 0 ? undefined : postgresPace(this.#pool, this.#naming, rate)
    this.#runner = new JobRunner(options.sources, pace)
    // After the last option is checked. graphile-worker asks for the listeners that are removed at the end.
    guardPool(this.#pool)
    this.#pool.on('error', this.#tell)
    this.#pool.on('connect', guard)
    this.#liveness = new WorkerLiveness({
      pool: this.#pool,
      naming: this.#naming,
      interval,
      onProblem: this.#tell,
    })
    this.#running = this.#run()
  }

  stats(): WorkerStats {
    const { stats } = this.#runner
    return { ...stats, problem: this.#problem ?? stats.problem }
  }

  async backlog(): Promise<number> {
    const { schema, task } = this.#naming
    return await briefly(this.#pool, new AbortController().signal, async (db) => {
      await expectWritable(db)
      const { rows } = await db.query<{ count: string }>(
        `select count(*) from ${quoted(schema)}.jobs
         where task_identifier = $1 and locked_by is null and attempts < max_attempts`,
        [task],
      )
      return Number(rows[0]?.count)
    })
  }

  async close(options?: { timeout?: number | undefined }): Promise<WorkerStats> {
    this.#closing ??= this.#close(closeTimeout(options))
    await this.#closing
    return this.stats()
  }

  async #close(timeout: number): Promise<void> {
    this.#stop.abort()
    this.#runner.expedite()
    await within(timeout, this.#running)
    this.#runner.stop()
    // What was not finished is unlocked in its place. If it failed instead, its lane would go on without it.
    await within(
      closingTime,
      this.#liveness.giveBack().catch(() => undefined),
    )
    this.#liveness.stop()
    this.#pool.off('connect', guard)
    this.#pool.off('error', this.#tell)
  }

  /** Starts an engine, and another one after each failure. Resolves when all have ended. Never rejects. */
  async #run(): Promise<void> {
    const { signal } = this.#stop
    const isStopping = (): boolean => signal.aborted
    const ends = new Set<Promise<void>>()
    while (!isStopping()) {
      const hold = new EngineHold()
      const failing = new AbortController()
      try {
        const engine = await this.#start(hold, failing)
        this.#problem = undefined
        const stopping = AbortSignal.any([signal, failing.signal])
        const end = this.#end(engine, hold, stopping).finally(() => ends.delete(end))
        ends.add(end)
        await orAbort(end, stopping)
      } catch (error) {
        if (!failing.signal.aborted) this.#tell(error)
      }
      if (isStopping()) break
      // Its deliveries go on: the next engine does not wait for an endpoint that is down for hours.
      hold.isEnding = true
      await this.#sleepers.sleep(restartDelay, signal)
    }
    await Promise.all(ends)
  }

  /**
   * Resolves when the engine has ended, which it does on the signal, after its deliveries. Never rejects.
   *
   * From 0.17 on an engine never ends if it fails twice at once to mark jobs as done: then it has ended when it is idle.
   */
  async #end(engine: Runner, hold: EngineHold, stopping: AbortSignal): Promise<void> {
    const ended = engine.promise.catch((error: unknown) => {
      // It has told why it failed.
      if (!stopping.aborted) this.#tell(error)
    })
    await orAbort(ended, stopping).catch(async () => {
      engine.stop().catch(ignore)
      await Promise.race([ended, idle(hold)])
    })
    // What is left then is given back by `close()`.
    if (!this.#stop.signal.aborted) this.#liveness.forget(hold)
  }

  async #start(hold: EngineHold, failing: AbortController): Promise<Runner> {
    // Otherwise the engine would start, fail, and write of it to the console.
    await briefly(this.#pool, this.#stop.signal, expectWritable)
    const engine = await run({
      pgPool: this.#pool,
      schema: this.#naming.schema,
      concurrency: this.#concurrency,
      taskList: { [this.#naming.task]: (data, helpers) => this.#process(data, helpers, hold) },
      events: this.#events(hold, failing),
      // What matters is in the events, and its log would show their errors a second time.
      logger: new Logger(() => () => undefined),
      parsedCronItems: [],
      noHandleSignals: true,
      gracefulShutdownAbortTimeout: never,
      // From 0.17 on: otherwise a job that cannot be marked as done is an unhandled rejection.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    })
    if (!this.#isWatched) void this.#liveness.watch()
    this.#isWatched = true
    return engine
  }

  #events(hold: EngineHold, failing: AbortController): WorkerEvents {
    const events = new EventEmitter() as WorkerEvents
    // Jobs are locked by a worker of the pool (0.16) or by the pool (0.17).
    events.on('pool:create', ({ workerPool }) => {
      const { id } = workerPool as { id?: string }
      if (id !== undefined) this.#liveness.add(hold, id)
    })
    events.on('worker:create', ({ worker }) => {
      this.#liveness.add(hold, worker.workerId)
    })
    // A job may have been locked, or done, without an answer: this engine does not know. Another one starts afresh.
    let isFailing = false
    const fail = ({ error }: { error: unknown }): void => {
      isFailing = true
      this.#tell(error)
      // Those that fail after it was stopped write to the console, and they all fail at the same time.
      idleTimer(() => {
        failing.abort()
      }, failureSpan)
    }
    events.on('worker:getJob:error', fail)
    events.on('worker:fatalError', fail)
    events.on('pool:fatalError', fail)
    events.on('pool:listen:error', ({ error }) => {
      this.#tell(error)
    })
    const isWell = (): void => {
      if (!isFailing) this.#problem = undefined
    }
    events.on('worker:getJob:empty', isWell)
    events.on('job:start', isWell)
    events.on('job:complete', ({ worker: { workerPool } }) => {
      nudgeLater(workerPool, failing.signal)
    })
    return events
  }

  async #process(data: unknown, helpers: JobHelpers, hold: EngineHold): Promise<void> {
    // It has just been taken, and may go to the next engine.
    if (hold.isEnding) await foreverPending()
    const { id } = helpers.job
    hold.jobs.add(id)
    try {
      await this.#runner.run(data)
    } catch (error) {
      if (error instanceof WorkerStopped) await foreverPending()
      if (error instanceof UndeliveredMessages) await this.#putAside(error.rest, error, helpers)
      else if (error instanceof PoisonedJob) await this.#putAside(data, error, helpers)
      else throw error
    } finally {
      hold.jobs.delete(id)
    }
  }

  /** Leaves a job that will not run again, with its reason, in place of this one. */
  async #putAside(data: unknown, error: Error, helpers: JobHelpers): Promise<void> {
    const { schema, task } = this.#naming
    // PostgreSQL cannot hold it.
    const message = error.message.replaceAll('\0', '')
    const queue = await helpers.getQueueName()
    const prefix = quoted(schema)
    await helpers.query(
      `select ${prefix}.permanently_fail_jobs(array[(
         ${prefix}.add_job($1::text, payload => $2::json, queue_name => $3::text, max_attempts => 1,
           run_at => now() + interval '1 hour')
       ).id], $4::text)`,
      [task, JSON.stringify(data), queue, message],
    )
    this.#onProblem(`a job of ${queue ?? task} failed: ${message}`)
  }

  /** Once for each outage. */
  readonly #tell = (error: unknown): void => {
    const text = explainPostgres(error).error.message
    if (text === this.#problem || this.#stop.signal.aborted) return
    this.#problem = text
    this.#onProblem(text)
  }
}

const ignore = (): void => undefined

function guard(client: PoolClient): void {
  client.on('error', ignore)
}

/** The job is neither done nor failed: it is unlocked by those who stop this worker. */
function foreverPending(): Promise<never> {
  return new Promise(() => undefined)
}

/** Resolves when an engine has had nothing in delivery for a while. */
async function idle({ jobs }: EngineHold): Promise<void> {
  for (let looks = 0; looks < 2; looks = jobs.size === 0 ? looks + 1 : 0) {
    await new Promise<void>((resolve) => idleTimer(resolve, closingTime / 2))
  }
}
