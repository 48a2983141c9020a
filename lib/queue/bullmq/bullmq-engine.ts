// Adds jobs to BullMQ's queues.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { Queue, type Job } from 'bullmq'
import type { Unanswered } from '../../delivery/transport/answer.js'
import { orAbort } from '../../delivery/transport/with-timeout.js'
import type { Backlog } from '../../delivery/queue-factory.js'
import type { Engine, LaneJob } from '../engine.js'
import { lanesKey, queueName, type QueueNaming } from './queue-names.js'
import { explainRedis } from './redis-errors.js'
import type { RedisConnection } from './redis-link.js'
import { RedisLink } from './redis-link.js'
import { problemsOf } from './redis-settings.js'
import { TextJob } from './text-job.js'

export interface BullmqEngineOptions {
  readonly connection: RedisConnection
  readonly lanes: number
  readonly naming: QueueNaming
  readonly timeout: number
  readonly warn: (text: string) => void
}

/**
 * Delivered jobs are gone; failed ones stay, with the reason, until somebody retries or removes them. Without a stack of
 * this package, which a dashboard would show in front of the reason.
 */
const jobOptions = {
  removeOnComplete: true,
  removeOnFail: false,
  attempts: 1,
  stackTraceLimit: 0,
}

class TextQueue extends Queue<string> {
  protected override get Job(): typeof Job {
    return TextJob as typeof Job
  }
}

/** One job of a lane at a time, whatever the number of workers: that is the order. Writes only what is not there. */
const openLanes = `
redis.call('SADD', KEYS[1], ARGV[1])
for i = 2, #KEYS do
  if redis.call('HGET', KEYS[i], 'concurrency') ~= '1' then redis.call('HSET', KEYS[i], 'concurrency', 1) end
end
`

export class BullmqEngine implements Engine {
  readonly #options: BullmqEngineOptions
  readonly #link: RedisLink
  #queues: readonly Queue[] = []
  #opening: Promise<readonly Queue[]> | undefined
  /** What was sent and has no answer yet. Never rejects. */
  #sent: Promise<unknown> = Promise.resolve()
  #isChecked = false

  constructor(options: BullmqEngineOptions) {
    this.#options = options
    this.#link = new RedisLink(options.connection, options.timeout)
  }

  async add(jobs: readonly LaneJob[], signal: AbortSignal): Promise<void> {
    await this.#link.use(async () => {
      await this.#prepare()
      // A connection of the user's keeps what Redis has not answered, and may send it again: no second batch beside it.
      await orAbort(this.#sent, signal)
      await this.#addAll(jobs, signal)
    })
  }

  backlog(): Promise<Backlog> {
    return this.#link.use(async () => {
      await this.#prepare()
      const backlog = { waiting: 0, failed: 0 }
      const counts = await Promise.all(this.#queues.map((queue) => queue.getJobCounts()))
      for (const [state, count] of counts.flatMap(Object.entries<number>)) {
        if (state !== 'completed') backlog[state === 'failed' ? 'failed' : 'waiting'] += count
      }
      return backlog
    })
  }

  async #addAll(jobs: readonly LaneJob[], signal: AbortSignal): Promise<void> {
    const { lanes, naming } = this.#options
    const { redis } = this.#link
    const metas = jobs.map(({ lane }) => this.#queues[lane]?.toKey('meta') ?? '')
    const keys = [lanesKey(naming), ...metas]
    const sent: Promise<unknown>[] = []
    const send = (command: Promise<unknown>): void => {
      // All are awaited together, some turns later.
      command.catch(() => undefined)
      sent.push(command)
    }
    try {
      for (const { lane, id, source, text } of jobs) {
        // While a job is written as JSON, Redis stores those before it, and the event loop has its turns.
        if (sent.length > 0) await nextTurn()
        signal.throwIfAborted()
        // With each batch: Redis may have lost it, and would not say so.
        if (sent.length === 0) send(redis.eval(openLanes, keys.length, ...keys, lanes))
        const queue = this.#queues[lane]
        if (queue) send(queue.add(source, text, { ...jobOptions, jobId: id }))
      }
    } finally {
      this.#sent = Promise.allSettled(sent)
    }
    await Promise.all(sent)
  }

  explain(error: unknown): Unanswered {
    const { isElsewhere, ...answer } = explainRedis(error)
    if (isElsewhere) this.#link.reconnect()
    return answer
  }

  close(): void {
    // They share the link's connection, which is closed below.
    closeAll(this.#queues)
    this.#link.close()
  }

  async #prepare(): Promise<void> {
    this.#queues = await (this.#opening ??= this.#openAll())
    if (this.#isChecked) return
    this.#isChecked = true
    for (const problem of await problemsOf(this.#link.redis)) this.#options.warn(problem)
  }

  async #openAll(): Promise<readonly Queue[]> {
    const queues = Array.from({ length: this.#options.lanes }, (_, lane) => this.#open(lane))
    try {
      await Promise.all(queues.map((queue) => queue.waitUntilReady()))
      return queues
    } catch (error) {
      // Each would reject for ever.
      this.#opening = undefined
      closeAll(queues)
      throw error
    }
  }

  #open(lane: number): Queue {
    const { lanes, naming } = this.#options
    const queue = new TextQueue(queueName(naming, lane, lanes), {
      connection: this.#link.redis,
      prefix: naming.prefix,
      skipVersionCheck: true,
    })
    // An attempt that fails rejects by itself.
    queue.on('error', () => undefined)
    return queue
  }
}

function closeAll(queues: readonly Queue[]): void {
  for (const queue of queues) queue.close().catch(() => undefined)
}
