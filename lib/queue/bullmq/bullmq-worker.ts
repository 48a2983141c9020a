// A worker of BullMQ's queues: it takes jobs of the lanes in turn, as many at a time as it has slots, and delivers them.

import { setMaxListeners } from 'node:events'
import type { Cluster, Redis } from 'ioredis'
import { Sleepers } from '../../delivery/sleep.js'
import { AttemptTimeout } from '../../delivery/transport/with-timeout.js'
import { integer } from '../../runtime/check-option.js'
import { longestTimer } from '../../runtime/timer.js'
import { within } from '../../runtime/within.js'
import { PoisonedJob } from '../job.js'
import { checkConcurrency, checkRate } from '../queue-options.js'
import { JobRunner, UndeliveredMessages, type WorkerStats } from '../work/job-runner.js'
import { WorkerStopped } from '../work/source-delivery.js'
import { closeTimeout, problemTeller } from '../work/worker-options.js'
import type { RunningWorker, WorkerOptions } from '../work/worker-options.js'
import { checkWorkerConnection, namingOf, type RedisPlace } from './bullmq-options.js'
import { LaneWorkers } from './lane-workers.js'
import type { QueueNaming } from './queue-names.js'
import { explainRedis } from './redis-errors.js'
import { isClient } from './redis-link.js'
import { RedisProbe } from './redis-probe.js'
import { connectWorker } from './worker-connection.js'
import { redisPace } from './redis-pace.js'
import { Slots } from './slots.js'
import type { TakenJob } from './taken-job.js'

export interface BullmqWorkerOptions extends WorkerOptions, RedisPlace {
  /**
   * After how many milliseconds a job of a worker that was killed goes to another. Minimum 1,000.
   * @default 30_000
   */
  stalledInterval?: number | undefined
}

/** How often to look for lanes that apps have begun to use, in milliseconds. */
const lanesInterval = 500

/** How long to wait after Redis has failed to give a job, in milliseconds. */
const retryDelay = 1_000

/** How long BullMQ may take to give jobs back and to disconnect, in milliseconds. */
const closingTime = 5_000

/**
 * Delivers what apps have handed over with `bullmq()`, until it is closed. It connects in the background, and waits as
 * long as Redis is away.
 *
 * @throws TypeError that names the option that is wrong
 */
export function startWorker(options: BullmqWorkerOptions): RunningWorker {
  return new BullmqWorker(options)
}

class BullmqWorker implements RunningWorker {
  readonly #redis: Redis | Cluster
  readonly #probe: RedisProbe
  readonly #isOwn: boolean
  readonly #naming: QueueNaming
  readonly #runner: JobRunner
  readonly #onProblem: (text: string) => void
  readonly #lanes: LaneWorkers
  readonly #slots: Slots<TakenJob>
  readonly #sleepers = new Sleepers()
  readonly #stop = new AbortController()
  readonly #disconnecting = new AbortController()
  #problem: string | undefined
  /** What has been told of this outage. */
  readonly #told = new Set<string>()
  #closing: Promise<void> | undefined

  constructor(options: BullmqWorkerOptions) {
    const connection = checkWorkerConnection(options)
    const rate = checkRate(options)
    const concurrency = checkConcurrency(options)
    this.#naming = namingOf(options)
    const stalledInterval = integer(options, 'stalledInterval', {
      default: 30_000,
      min: 1_000,
      max: longestTimer,
    })
    this.#onProblem = problemTeller(options)
    this.#isOwn = !isClient(connection)
    this.#redis = connectWorker(connection, (error) => {
      this.#tell(error)
    })
    this.#probe = new RedisProbe(this.#redis, this.#naming)
    this.#redis.on('error', this.#tell)
    const { name, prefix } = this.#naming
    const pace = rate === 0 ? undefined : redisPace(this.#redis, `${prefix}:${name}:pace`, rate)
    try {
      this.#runner = new JobRunner(options.sources, pace)
    } catch (error) {
      this.#disconnect()
      throw error
    }
    // Each job in delivery listens to it, which is not a leak.
    setMaxListeners(0, this.#disconnecting.signal)
    this.#lanes = new LaneWorkers({
      redis: this.#redis,
      naming: this.#naming,
      stalledInterval,
      onError: this.#tell,
      onFailed: this.#tellOfFailed,
      signal: this.#disconnecting.signal,
    })
    this.#slots = new Slots({
      concurrency,
      take: (most) => this.#take(most),
      run: (job, free) => this.#process(job, free),
      signal: this.#stop.signal,
    })
    void this.#followLanes()
  }

  stats(): WorkerStats {
    const stats = this.#runner.stats
    return { ...stats, problem: this.#problem ?? stats.problem }
  }

  async backlog(): Promise<number> {
    const { prefix } = this.#naming
    // Also if there are no lanes yet: it rejects while Redis is away, or refuses writes.
    await this.#probe.lanes()
    const counts = await Promise.all(
      this.#lanes.queues.map((queue) => this.#redis.llen(`${prefix}:${queue}:wait`)),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  async close(options?: { timeout?: number | undefined }): Promise<WorkerStats> {
    this.#closing ??= this.#close(closeTimeout(options))
    await this.#closing
    return this.stats()
  }

  async #close(timeout: number): Promise<void> {
    this.#stop.abort()
    this.#runner.expedite()
    const ended = this.#slots.ended()
    await within(timeout, ended)
    this.#runner.stop()
    await within(closingTime, ended)
    // With Redis away there is nobody to say goodbye to: what is not done is taken from us later.
    this.#disconnecting.abort()
    await within(closingTime, this.#lanes.close())
    this.#disconnect()
  }

  #disconnect(): void {
    this.#redis.off('error', this.#tell)
    if (!this.#isOwn) return
    this.#redis.on('error', () => undefined)
    this.#redis.disconnect()
  }

  /** Opens the queues of each number of lanes that an app has used. */
  async #followLanes(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        const inUse = await this.#probe.lanes(signal)
        if (!this.#stop.signal.aborted) for (const lanes of inUse) this.#lanes.open(lanes)
        this.#problem = undefined
        this.#told.clear()
      } catch (error) {
        this.#tell(error)
      }
      await this.#sleepers.sleep(lanesInterval, signal)
    }
  }

  async #take(most: number): Promise<readonly TakenJob[]> {
    try {
      return await this.#lanes.take(most)
    } catch (error) {
      this.#tell(error)
      await this.#sleepers.sleep(retryDelay, this.#stop.signal)
      return []
    }
  }

  async #process(job: TakenJob, free: () => void): Promise<void> {
    const settle = await this.#deliver(job)
    // The next job is taken while Redis notes that this one is done.
    free()
    await settle()
    this.#lanes.noteSettled(job.queue)
  }

  /** @returns what becomes of it */
  async #deliver(job: TakenJob): Promise<() => Promise<void>> {
    try {
      if (job.deferredFailure !== undefined) throw new PoisonedJob(job.deferredFailure)
      await this.#runner.run(job.data)
      return () => job.complete()
    } catch (error) {
      if (error instanceof WorkerStopped) return () => job.giveBack()
      const { message } = error as Error
      return async () => {
        await job.fail(message, error instanceof UndeliveredMessages ? error.rest : undefined)
        this.#tellOfFailed(job.queue, message)
      }
    }
  }

  readonly #tellOfFailed = (queue: string, reason: string): void => {
    this.#onProblem(`a job of ${queue} failed: ${reason}`)
  }

  /** Once for each outage. */
  readonly #tell = (error: unknown): void => {
    const text = explainRedis(error).error.message
    if (this.#stop.signal.aborted) return
    // That it does not answer says less than what it has said.
    if (this.#problem !== undefined && AttemptTimeout.is(error)) return
    this.#problem = text
    if (this.#told.has(text)) return
    this.#told.add(text)
    this.#onProblem(text)
  }
}
