// A worker of BullMQ's queues: it takes the jobs of each lane, one at a time, and delivers them.

import { UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq'
import type { Cluster, Redis } from 'ioredis'
import { Sleepers } from '../../delivery/sleep.js'
import { AttemptTimeout } from '../../delivery/transport/with-timeout.js'
import { integer } from '../../runtime/check-option.js'
import { longestTimer } from '../../runtime/timer.js'
import { warn } from '../../runtime/warnings.js'
import { within } from '../../runtime/within.js'
import { checkRate } from '../queue-options.js'
import { JobRunner, UndeliveredMessages, type WorkerStats } from '../work/job-runner.js'
import { WorkerStopped } from '../work/source-delivery.js'
import type { RunningWorker, WorkerOptions } from '../work/worker-options.js'
import { checkConnection, namingOf, type RedisPlace } from './bullmq-options.js'
import { queueName, type QueueNaming } from './queue-names.js'
import { explainRedis } from './redis-errors.js'
import { isClient } from './redis-link.js'
import { RedisProbe } from './redis-probe.js'
import { connectWorker } from './worker-connection.js'
import { redisPace } from './redis-pace.js'

export interface BullmqWorkerOptions extends WorkerOptions, RedisPlace {
  /**
   * After how many milliseconds a job of a worker that was killed goes to another. Minimum 1,000.
   * @default 30_000
   */
  stalledInterval?: number | undefined
}

/** How often to look for lanes that apps have begun to use, in milliseconds. */
const lanesInterval = 500

/** How often a job may be taken from workers that were killed, before it counts as what kills them. */
const maxStalledCount = 100

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
  readonly #stalledInterval: number
  readonly #workers = new Map<string, Worker>()
  readonly #sleepers = new Sleepers()
  readonly #stop = new AbortController()
  #problem: string | undefined
  /** What has been told of this outage. */
  readonly #told = new Set<string>()
  #closing: Promise<void> | undefined

  constructor(options: BullmqWorkerOptions) {
    const connection = checkConnection(options)
    const rate = checkRate(options)
    this.#naming = namingOf(options)
    this.#stalledInterval = integer(options, 'stalledInterval', {
      default: 30_000,
      min: 1_000,
      max: longestTimer,
    })
    this.#onProblem = options.onProblem ?? ((text) => warn('SELFSAME_QUEUE', text))
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
      [...this.#workers.keys()].map((queue) => this.#redis.llen(`${prefix}:${queue}:wait`)),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  async close({ timeout = 25_000 }: { timeout?: number | undefined } = {}): Promise<WorkerStats> {
    this.#closing ??= this.#close(timeout)
    await this.#closing
    return this.stats()
  }

  async #close(timeout: number): Promise<void> {
    this.#stop.abort()
    this.#runner.expedite()
    const workers = [...this.#workers.values()]
    const closed = Promise.all(workers.map((worker) => worker.close()))
    await within(timeout, closed)
    this.#runner.stop()
    await within(closingTime, closed)
    // With Redis away there is nobody to say goodbye to: what is not done is taken from us later.
    const forced = workers.map((worker) => worker.close(true))
    await within(closingTime, Promise.allSettled(forced))
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
        for (const lanes of await this.#probe.lanes(signal)) this.#open(lanes, signal)
        this.#problem = undefined
        this.#told.clear()
      } catch (error) {
        this.#tell(error)
      }
      await this.#sleepers.sleep(lanesInterval, signal)
    }
  }

  #open(lanes: number, signal: AbortSignal): void {
    for (let lane = 0; lane < lanes && !signal.aborted; lane++) {
      const name = queueName(this.#naming, lane, lanes)
      if (!this.#workers.has(name)) this.#workers.set(name, this.#workerOf(name))
    }
  }

  #workerOf(queue: string): Worker {
    const worker = new Worker(queue, (job, token) => this.#process(job, token), {
      connection: this.#redis,
      prefix: this.#naming.prefix,
      // The queue itself allows one job at a time over all workers.
      concurrency: 1,
      lockDuration: this.#stalledInterval,
      stalledInterval: this.#stalledInterval,
      maxStalledCount,
      // What BullMQ does when Redis was away: its default is 15 s.
      runRetryDelay: 1_000,
      skipVersionCheck: true,
    })
    worker.on('error', this.#tell)
    worker.on('failed', (_job, { message }) => {
      this.#onProblem(`a job of ${queue} failed: ${message}`)
    })
    return worker
  }

  async #process(job: Job, token: string | undefined): Promise<void> {
    try {
      await this.#runner.run(job.data)
    } catch (error) {
      if (error instanceof WorkerStopped) {
        // To the front of its lane, where it came from.
        await job.moveToWait(token)
        throw new WaitingError()
      }
      if (error instanceof UndeliveredMessages) await job.updateData(error.rest)
      throw new UnrecoverableError((error as Error).message)
    }
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
