// Texts go in; each ends as delivered, or as failed with a reason. Knows batches and servers, but nothing of the spec.

import type { Answer } from './answer.js'
import { describeAnswer } from './answer.js'
import type { Batch, Receipt } from '../outbox/batch.js'
import { Books } from './books.js'
import { idleTimer } from './timer.js'
import { Flushes } from './flushes.js'
import { MemoryOutbox } from '../outbox/memory-outbox.js'
import type { Appended } from '../outbox/outbox.js'
import { Sender, type Failure } from './sender.js'
import type { Poster } from './poster.js'

export interface DeliveryOptions {
  poster: Poster
  load: () => Promise<void>
  flushAt: number
  flushInterval: number
  maxBatchSize: number
  maxBatchBytes: number
  maxMessageBytes: number
  maxQueueBytes: number
  overflow: 'drop-newest' | 'drop-oldest'
  maxInFlight: number
  maxRetries: number
  maxRetryDuration: number
}

/** What its owner is told. None of these may throw. */
export interface DeliveryListener {
  delivered(batch: Batch): void
  failed(batch: Batch, failure: Failure): void
  /** Within the call of a newer message, to which these gave way. */
  dropped(batch: Batch, failure: Failure): void
  /** The endpoint has not taken anything for this many milliseconds, and is tried again. */
  struggling(reason: string, failingFor: number, pending: number): void
  /** The outbox was over its high-water mark, and has room again. */
  drain(): void
  /** Nothing is pending any more. */
  drained(): void
}

/** The share of maxQueueBytes from which callers are asked to slow down, and the one at which they may go on. */
const highWater = 0.5
const lowWater = 0.25

export class Delivery {
  readonly books = new Books()
  readonly outbox: MemoryOutbox
  readonly sender: Sender
  readonly #options: DeliveryOptions
  readonly #listener: DeliveryListener
  readonly #flushes = new Flushes()
  readonly #highWaterBytes: number
  #timer: NodeJS.Timeout | undefined
  /** The batch that has waited for flushInterval. */
  #overdue: Batch | undefined
  #mustDrain = false

  constructor(options: DeliveryOptions, listener: DeliveryListener) {
    this.#options = { ...options, flushAt: Math.min(options.flushAt, options.maxBatchSize) }
    this.#listener = listener
    this.#highWaterBytes = options.maxQueueBytes * highWater
    const { overflow } = options
    this.outbox = new MemoryOutbox({
      ...options,
      onDropped: overflow === 'drop-newest' ? undefined : (batch) => this.#drop(batch),
    })
    this.sender = new Sender({
      ...options,
      load: () => this.#load(),
      outbox: this.outbox,
      isDue: () => this.#isDue(),
      isUrgent: () => this.#isUrgent(),
      onDelivered: (batch) => this.deliver(batch),
      onFailed: (batch, failure) => this.fail(batch, failure),
      onRetry: (_batch, answer, failingFor) => this.#retry(answer, failingFor),
      onIdle: () => this.#idle(),
    })
  }

  /** Takes a message on, or says why not. */
  append(text: string, receipt: Receipt | undefined): Appended {
    const appended = this.outbox.append(text, receipt)
    if (appended !== 'accepted') return appended
    this.books.enqueued++
    if (!this.sender.isBusy) {
      if (this.#isDue()) this.sender.wake()
      else if (this.#timer === undefined) this.#armTimer()
    } else if (this.sender.isLingering && this.#isUrgent()) {
      this.sender.wake()
    }
    return appended
  }

  /** Whether callers were asked to wait, and have not been told to go on yet. */
  get mustDrain(): boolean {
    return this.#mustDrain
  }

  /** Whether callers should wait for `drain` before they go on. */
  get isOverHighWater(): boolean {
    if (this.outbox.bytes <= this.#highWaterBytes) return false
    this.#mustDrain = true
    return true
  }

  /**
   * Sends everything appended until now without waiting for more, and resolves when it is settled; with false where
   * `timeout` milliseconds were not enough.
   */
  flush(timeout: number | undefined): Promise<boolean> {
    const { nextSequence, count } = this.outbox
    const settled = this.#flushes.wait(nextSequence, count, timeout)
    this.sender.wake()
    return settled
  }

  // The order in these: the books are right before anybody is told, for a listener may look at them; and flushes have
  // taken note, for a listener may begin another, which does not cover this batch. Those that wait go on in a
  // microtask, after the listeners.

  /** Settles a taken batch as delivered. */
  deliver(batch: Batch): void {
    if (!this.outbox.settle(batch)) return
    this.books.delivered += batch.count
    this.#flushes.settle(batch)
    this.#listener.delivered(batch)
    this.#settled()
  }

  /** Settles a taken batch as failed. */
  fail(batch: Batch, failure: Failure): void {
    if (!this.outbox.settle(batch)) return
    this.books.fail(failure.code, batch.count)
    this.#flushes.settle(batch)
    this.#listener.failed(batch, failure)
    this.#settled()
  }

  /** Stops sending, and fails what is left. */
  stop(failure: Failure): void {
    clearTimeout(this.#timer)
    this.sender.stop()
    for (const batch of this.outbox.takeAll()) this.fail(batch, failure)
  }

  #isDue(): boolean {
    const { next } = this.outbox
    return next !== undefined && (next.count >= this.#options.flushAt || this.#isUrgent())
  }

  /** Whether the next batch should not wait for more to fill it. */
  #isUrgent(): boolean {
    const { next, nextIsFull, bytes } = this.outbox
    if (!next) return false
    return (
      nextIsFull ||
      next === this.#overdue ||
      next.sequence < this.#flushes.mark ||
      // Who waits for `drain` must not wait for the interval.
      this.#mustDrain ||
      bytes > this.#highWaterBytes
    )
  }

  /** What cannot be loaded is the answer to the try that needs it; but it will not mend itself, so say it at once. */
  async #load(): Promise<void> {
    try {
      await this.#options.load()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#listener.struggling(
        `the HTTP client cannot be loaded: ${reason}`,
        Infinity,
        this.outbox.count,
      )
    }
  }

  #idle(): void {
    // After an interruption what has become due meanwhile was left to the request that was given up.
    this.sender.wake()
    this.#armTimer()
  }

  /** Sees to it that the growing batch goes after flushInterval. A timer serves until it fires: resetting costs. */
  #armTimer(): void {
    const batch = this.outbox.next
    if (!batch || this.#timer !== undefined) return
    const { flushInterval } = this.#options
    // The clock may have been set back meanwhile.
    const wait = Math.min(batch.since + flushInterval - Date.now(), flushInterval)
    this.#timer = idleTimer(() => {
      this.#timer = undefined
      // Where the batch has gone before, a younger one may have begun since.
      if (this.outbox.next !== batch) {
        this.#armTimer()
        return
      }
      this.#overdue = batch
      this.sender.wake()
    }, wait)
  }

  /** Makes room, where `overflow` is 'drop-oldest'. The outbox has forgotten the batch already. */
  #drop(batch: Batch): void {
    const failure: Failure = {
      code: 'queue_full',
      reason: 'dropped to make room for newer messages: maxQueueBytes of them wait',
    }
    this.books.fail(failure.code, batch.count)
    this.#flushes.settle(batch)
    this.#listener.dropped(batch, failure)
  }

  /** After a batch was settled, and its messages were told of. */
  #settled(): void {
    if (this.#mustDrain && this.outbox.bytes <= this.#options.maxQueueBytes * lowWater) {
      this.#mustDrain = false
      this.#listener.drain()
    }
    if (this.outbox.count === 0) this.#listener.drained()
  }

  #retry(answer: Answer, failingFor: number): void {
    this.#listener.struggling(describeAnswer(answer), failingFor, this.outbox.count)
  }
}
