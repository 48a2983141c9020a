// The lanes that a worker takes jobs from. BullMQ's own loop would take a job of each lane, whether there is a slot for
// it or not, so jobs are fetched by hand: https://docs.bullmq.io/patterns/manually-fetching-jobs

import { randomUUID } from 'node:crypto'
import { Worker, type Job } from 'bullmq'
import type { Cluster, Redis } from 'ioredis'
import { queueName, type QueueNaming } from './queue-names.js'
import { TakenJob } from './taken-job.js'
import { TextJob } from './text-job.js'

/** How often a job may be taken from workers that were killed, before it counts as what kills them. */
const maxStalledCount = 100

/**
 * Which of the queues have a job that waits, and none that is active. BullMQ's keys begin with the name of the queue. Only
 * one job of a queue may be active, which Redis may have forgotten.
 */
const script = `
local due = {}
for i, queue in ipairs(KEYS) do
  redis.call('HSETNX', queue .. ':meta', 'concurrency', 1)
  if redis.call('LLEN', queue .. ':active') == 0 and (redis.call('LLEN', queue .. ':wait') > 0
    or redis.call('ZCARD', queue .. ':prioritized') > 0 or redis.call('ZCARD', queue .. ':delayed') > 0)
  then due[#due + 1] = i - 1 end
end
return due
`

export interface LaneWorkersOptions {
  readonly redis: Redis | Cluster
  readonly naming: QueueNaming
  /** After how many milliseconds a job of a worker that was killed goes to another. */
  readonly stalledInterval: number
  readonly onError: (error: unknown) => void
  readonly onFailed: (queue: string, reason: string) => void
  /** The connection is about to be closed. */
  readonly signal: AbortSignal
}

interface Failed {
  readonly error: unknown
}

interface Taken {
  readonly jobs: TakenJob[]
  failed: Failed | undefined
}

class TextWorker extends Worker<string> {
  protected override get Job(): typeof Job {
    return TextJob as typeof Job
  }
}

export class LaneWorkers {
  readonly #options: LaneWorkersOptions
  readonly #token = randomUUID()
  #taken = 0
  /** By the names of their queues. The one that was asked last is the last. */
  readonly #workers = new Map<string, Worker>()
  /** Lanes that were due at the last look, and were not asked since. */
  #seen: string[] = []
  /** Lanes of which a job was settled since. */
  readonly #settled = new Set<string>()

  constructor(options: LaneWorkersOptions) {
    this.#options = options
  }

  get queues(): string[] {
    return [...this.#workers.keys()]
  }

  open(lanes: number): void {
    for (let lane = 0; lane < lanes; lane++) {
      const name = queueName(this.#options.naming, lane, lanes)
      if (!this.#workers.has(name)) this.#workers.set(name, this.#open(name))
    }
  }

  /**
   * Takes jobs of different lanes, of those first whose turn is longest ago.
   *
   * @throws an error of Redis, if no job was taken
   */
  async take(most: number): Promise<TakenJob[]> {
    if (this.#workers.size === 0) return []
    const known = this.#seen.splice(0, most)
    if (known.length < most) return await this.#lookAndTake(most, known)
    const { jobs } = await this.#takeFrom(known)
    // Else other workers were faster.
    return jobs.length > 0 ? jobs : await this.#lookAndTake(most, [])
  }

  /** A job of this lane was settled: it has probably another. */
  noteSettled(queue: string): void {
    this.#settled.add(queue)
  }

  /** Takes what is likely while Redis is asked what is due: a round trip less for each job. */
  async #lookAndTake(most: number, known: readonly string[]): Promise<TakenJob[]> {
    let failed: Failed | undefined
    const guesses = [...new Set([...known, ...this.#settled])].slice(0, most)
    this.#settled.clear()
    const looking = this.#due().catch((error: unknown) => {
      failed = { error }
      return []
    })
    const first = await this.#takeFrom(guesses)
    const due = (await looking).filter((queue) => !guesses.includes(queue))
    const rest = most - first.jobs.length
    const then = await this.#takeFrom(due.slice(0, rest))
    this.#seen = due.slice(rest)
    const jobs = [...first.jobs, ...then.jobs]
    failed ??= first.failed ?? then.failed
    if (failed && jobs.length === 0) throw failed.error
    return jobs
  }

  async close(): Promise<void> {
    // Without waiting for jobs: none is left, or there is nobody to give them back to.
    await Promise.allSettled([...this.#workers.values()].map((worker) => worker.close(true)))
  }

  async #due(): Promise<string[]> {
    const { redis, naming } = this.#options
    const { queues } = this
    const keys = queues.map((queue) => `${naming.prefix}:${queue}`)
    const due = (await redis.eval(script, keys.length, ...keys)) as number[]
    return due.map((index) => queues[index] ?? '')
  }

  async #takeFrom(queues: readonly string[]): Promise<Taken> {
    const asked = await Promise.allSettled(queues.map((queue) => this.#takeOne(queue)))
    const taken: Taken = { jobs: [], failed: undefined }
    for (const each of asked) {
      if (each.status === 'rejected') taken.failed = { error: each.reason as unknown }
      else if (each.value) taken.jobs.push(each.value)
    }
    return taken
  }

  async #takeOne(queue: string): Promise<TakenJob | undefined> {
    const worker = this.#workers.get(queue)
    if (!worker) return undefined
    this.#workers.delete(queue)
    this.#workers.set(queue, worker)
    const { stalledInterval, onError, signal } = this.#options
    const token = `${this.#token}:${this.#taken++}`
    const job = (await worker.getNextJob(token, { block: false })) as Job | undefined
    // Another worker may have been faster.
    if (!job) return undefined
    return new TakenJob({ queue, job, token, lockDuration: stalledInterval, onError, signal })
  }

  #open(queue: string): Worker {
    const { redis, naming, stalledInterval, onError, onFailed } = this.#options
    const worker = new TextWorker(queue, undefined, {
      connection: redis,
      prefix: naming.prefix,
      autorun: false,
      lockDuration: stalledInterval,
      stalledInterval,
      maxStalledCount,
      skipVersionCheck: true,
    })
    worker.on('error', onError)
    // Jobs that it takes from killed workers once too often.
    worker.on('failed', (_job, { message }) => {
      onFailed(queue, message)
    })
    worker.startStalledCheckTimer().catch(onError)
    return worker
  }
}
