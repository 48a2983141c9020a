// Hands batches over to the client's queue; once the queue is away, posts them to the endpoint.

import type { BatchSink, SealedBatch } from '../delivery/batch-sink.js'
import type { HandoverSink } from '../delivery/queue-factory.js'
import type { AttemptResult } from '../delivery/transport/answer.js'

export interface QueueFirstOptions {
  queue: HandoverSink
  /** Undefined if only the queue may have them. */
  endpoint: BatchSink | undefined
  /** How long the queue may take, in milliseconds, so that there is time for the endpoint. */
  share: number
}

export class QueueFirst implements BatchSink {
  readonly #options: QueueFirstOptions
  readonly #queued = new WeakSet<SealedBatch>()
  readonly #share: AbortSignal
  #isAway = false

  constructor(options: QueueFirstOptions) {
    this.#options = options
    this.#share = AbortSignal.timeout(options.share)
  }

  get timeout(): number {
    return (this.#options.endpoint ?? this.#options.queue).timeout
  }

  /** Whether the queue has it. */
  hasQueued(batch: SealedBatch): boolean {
    return this.#queued.has(batch)
  }

  async send(batch: SealedBatch, attempt: number, signal: AbortSignal): Promise<AttemptResult> {
    const { queue, endpoint } = this.#options
    if (endpoint && this.#isAway) return endpoint.send(batch, attempt, signal)
    const bounds = endpoint ? AbortSignal.any([signal, this.#share]) : signal
    const answer = await queue.send(batch, attempt, bounds)
    if (answer.status !== undefined) this.#queued.add(batch)
    if (answer.status !== undefined || !endpoint) return answer
    // There is no time to ask the queue again.
    this.#isAway = true
    return endpoint.send(batch, attempt, signal)
  }
}
