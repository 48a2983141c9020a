// Hands a sealed batch over to an engine: one job for each lane that has messages in it.

import { randomUUID } from 'node:crypto'
import type { SealedBatch } from '../delivery/batch-sink.js'
import type { Backlog, HandoverSink } from '../delivery/queue-factory.js'
import type { AttemptResult } from '../delivery/transport/answer.js'
import { orAbort, withTimeout } from '../delivery/transport/with-timeout.js'
import type { Engine, LaneJob } from './engine.js'
import { jobText } from './job.js'
import { laneOf } from './lanes.js'

export interface QueueSinkOptions {
  readonly engine: Engine
  readonly source: string
  readonly lanes: number
  readonly timeout: number
}

export class QueueSink implements HandoverSink {
  readonly #options: QueueSinkOptions
  /** A batch that is handed over again has the same jobs. */
  readonly #ids = new WeakMap<SealedBatch, string>()

  constructor(options: QueueSinkOptions) {
    this.#options = options
  }

  get timeout(): number {
    return this.#options.timeout
  }

  async send(batch: SealedBatch, _attempt: number, signal: AbortSignal): Promise<AttemptResult> {
    const { engine, timeout } = this.#options
    // What is damaged is not handed over.
    batch.body()
    const jobs = this.#divide(batch)
    try {
      await withTimeout(timeout, signal, (bounds) => orAbort(engine.add(jobs, bounds), bounds))
      return { status: 200 }
    } catch (error) {
      return engine.explain(error)
    }
  }

  /** @throws Error in words for the operator */
  async backlog(): Promise<Backlog> {
    const { engine, timeout } = this.#options
    const { signal } = new AbortController()
    try {
      return await withTimeout(timeout, signal, (bounds) => orAbort(engine.backlog(), bounds))
    } catch (error) {
      throw engine.explain(error).error
    }
  }

  jobsOf(batch: SealedBatch): string | undefined {
    return this.#ids.get(batch)
  }

  nameJobs(batch: SealedBatch, name: string): void {
    this.#ids.set(batch, name)
  }

  #divide(batch: SealedBatch): LaneJob[] {
    const { source, lanes } = this.#options
    const texts = new Map<number, string[]>()
    for (let index = 0; index < batch.count; index++) {
      const text = batch.text(index)
      const lane = laneOf(text, lanes)
      const others = texts.get(lane)
      if (others) others.push(text)
      else texts.set(lane, [text])
    }
    const id = this.#ids.get(batch) ?? randomUUID()
    this.#ids.set(batch, id)
    return [...texts].map(([lane, messages]) => ({
      lane,
      id: `${id}-${lane}`,
      source,
      text: jobText(source, messages),
    }))
  }
}
