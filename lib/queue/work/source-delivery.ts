// Delivers the messages of one source's jobs, with the sender that every client has.

import { credentialsFor, transportFor } from '../../client/connect.js'
import type { Settings } from '../../client/options/read-options.js'
import type { Failure } from '../../delivery/failure.js'
import { Poster } from '../../delivery/poster.js'
import { Sender, type SendObserver } from '../../delivery/sender.js'
import { describeAnswer } from '../../delivery/transport/answer.js'
import type { Transport } from '../../delivery/transport/transport.js'
import type { Batch } from '../../outbox/batch.js'
import { OpenBatch } from '../../outbox/open-batch.js'
import { deadLettersOf, type FailedPart, type KeepFailed } from './job-dead-letters.js'
import { JobOutbox } from './job-outbox.js'
import { paced, pacedBatchSize, type SharedPace } from './pace.js'

/** The worker ends before the job is done: it goes back to the engine. */
export class WorkerStopped extends Error {
  override name = 'WorkerStopped'
}

/** A job whose messages are not settled yet. */
interface Pending {
  left: number
  readonly failed: FailedPart[]
  readonly resolve: (failed: readonly FailedPart[]) => void
  readonly reject: (error: WorkerStopped) => void
}

export interface Counted {
  delivered: number
  failed: number
}

export class SourceDelivery {
  readonly #settings: Settings
  readonly #counts: Counted
  readonly #outbox = new JobOutbox()
  readonly #sender: Sender
  readonly #transport: Transport
  readonly #keep: KeepFailed
  readonly #pending = new Map<Batch, Pending>()
  readonly #batchSize: number
  #sequence = 0
  #isStopped = false
  /** Why the last request was not accepted; undefined if it was. */
  problem: string | undefined

  constructor(settings: Settings, counts: Counted, pace: SharedPace | undefined) {
    const { url, gzip, httpRequestTimeout, maxRetries, maxBatchSize } = settings
    this.#settings = settings
    this.#counts = counts
    this.#transport = transportFor(settings)
    this.#keep = deadLettersOf(settings)
    const credentials = credentialsFor(settings, this.#transport)
    const poster = new Poster({
      url,
      gzip,
      httpRequestTimeout,
      transport: this.#transport,
      credentials,
    })
    this.#batchSize = pace ? Math.min(maxBatchSize, pacedBatchSize(pace)) : maxBatchSize
    this.#sender = new Sender({
      outbox: this.#outbox,
      sink: pace ? paced(poster, pace) : poster,
      load: async () => this.#transport.load?.(),
      // A lane has one job at a time, and a job one batch.
      maxInFlight: Infinity,
      maxRetries,
      maxRetryDuration: Infinity,
      policy: { isDue: () => this.#outbox.isDue, isUrgent: () => true },
      observer: this.#observer(),
    })
  }

  /**
   * Resolves when each message is delivered or has failed, with those that are lost if the job is forgotten: they failed,
   * and are no dead letters.
   *
   * @throws WorkerStopped if the worker ends before
   */
  async deliver(texts: readonly string[]): Promise<readonly FailedPart[]> {
    const lost: FailedPart[] = []
    for (const part of await this.#send(texts)) {
      const kept = await this.#keep(part)
      if (kept < part.texts.length) lost.push({ ...part, texts: part.texts.slice(kept) })
    }
    return lost
  }

  #send(texts: readonly string[]): Promise<readonly FailedPart[]> {
    if (this.#isStopped) return Promise.reject(new WorkerStopped())
    const failed: FailedPart[] = []
    const batches = this.#batchesOf(texts, failed)
    if (batches.length === 0) return Promise.resolve(failed)
    return new Promise((resolve, reject) => {
      const left = batches.reduce((sum, { count }) => sum + count, 0)
      const pending: Pending = { left, failed, resolve, reject }
      for (const batch of batches) this.#pending.set(batch, pending)
      this.#outbox.add(batches)
      this.#sender.wake()
    })
  }

  /** Ends backoffs: there is little time left. */
  expedite(): void {
    this.#sender.expedite()
  }

  /** Cancels what is in flight. */
  stop(): void {
    this.#isStopped = true
    this.#sender.stop()
    for (const { reject } of new Set(this.#pending.values())) reject(new WorkerStopped())
    this.#pending.clear()
    this.#transport.close?.()
  }

  #batchesOf(texts: readonly string[], failed: FailedPart[]): Batch[] {
    const { maxBatchBytes, maxMessageBytes } = this.#settings
    const open = new OpenBatch({ maxBatchSize: this.#batchSize, maxBatchBytes, maxMessageBytes })
    const batches: Batch[] = []
    for (const text of texts) {
      const size = open.write(text, this.#sequence, (full) => batches.push(full))
      if (size === undefined) {
        const reason = `the message has ${Buffer.byteLength(text)} bytes; allowed: ${open.maxMessageBytes}`
        failed.push({ texts: [text], failure: { code: 'message_too_large', reason } })
        this.#counts.failed++
      } else {
        open.add(size, undefined)
        this.#sequence++
      }
    }
    const last = open.batch
    return last ? [...batches, last] : batches
  }

  #observer(): SendObserver {
    const onFailed = (batch: Batch, failure: Failure): void => {
      this.problem = undefined
      this.#settle(batch, (pending) => {
        const texts = Array.from({ length: batch.count }, (_, index) => batch.text(index))
        pending.failed.push({ texts, failure })
        this.#counts.failed += batch.count
      })
    }
    return {
      onDelivered: (batch) => {
        this.problem = undefined
        this.#settle(batch, () => (this.#counts.delivered += batch.count))
      },
      onFailed,
      onExhausted: onFailed,
      onRetry: (_batch, answer) => (this.problem = describeAnswer(answer)),
      onIdle: () => this.#sender.wake(),
    }
  }

  #settle(batch: Batch, note: (pending: Pending) => void): void {
    this.#outbox.settle(batch)
    const pending = this.#pendingOf(batch)
    if (!pending) return
    note(pending)
    pending.left -= batch.count
    if (pending.left > 0) return
    for (const [each, owner] of this.#pending) if (owner === pending) this.#pending.delete(each)
    pending.resolve(pending.failed)
  }

  /** Of the batch, or of the one that it is a part of. */
  #pendingOf(batch: Batch): Pending | undefined {
    const known = this.#pending.get(batch)
    if (known) return known
    for (const [{ sequence, count }, pending] of this.#pending) {
      if (batch.sequence >= sequence && batch.sequence < sequence + count) return pending
    }
    return undefined
  }
}
