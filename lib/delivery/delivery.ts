// Texts go in; each ends as delivered, or as failed with a reason. Knows batches and servers, but nothing of the spec.

import { toError } from '../runtime/describe-value.js'
import type { AttemptResult, Unanswered } from './transport/answer.js'
import { describeAnswer } from './transport/answer.js'
import type { Batch, SettleToken } from '../outbox/batch.js'
import { Counters } from './counters.js'
import { idleTimer } from '../runtime/timer.js'
import { FlushWaiters } from './flush-waiters.js'
import type { Appended, Lost, Outbox, OutboxFactory, Waiting } from '../outbox/outbox.js'
import type { Failure } from './failure.js'
import { Sender } from './sender.js'
import type { BatchSink } from './batch-sink.js'

export interface DeliveryOptions {
  sink: BatchSink
  load: () => Promise<void>
  /** As the sender has it. */
  nextTurn?: (() => Promise<void>) | undefined
  flushAt: number
  flushInterval: number
  maxBatchSize: number
  maxBatchBytes: number
  maxMessageBytes: number
  maxQueueBytes: number
  overflow: 'drop-newest' | 'drop-oldest'
  outbox: OutboxFactory
  source: string
  maxInFlight: number
  maxRetries: number
  maxRetryDuration: number
}

/** What delivery reports to its owner. None of these may throw. */
export interface DeliveryListener {
  delivered(batch: Batch): void
  failed(batch: Batch, failure: Failure): void
  /** Within the call of a newer message, to which these gave way: no user's code may run in it. */
  dropped(batch: Batch, failure: Failure): void
  /** The outbox cannot give back what it was to keep. */
  lost(lost: Lost): void
  /** Messages that an earlier process has left are pending now. */
  restored(): void
  /** Something that the operator of the process should know. */
  warn(text: string): void
  /** The endpoint has not taken anything for this many milliseconds (Infinity: nor will it, by itself), and is tried again. */
  struggling(reason: string, failingFor: number, pending: number): void
  /** The outbox was over its high-water mark, and has room again. */
  drain(): void
  /** Nothing is pending any more. */
  drained(): void
}

/** The share of maxQueueBytes from which callers are asked to slow down, and the one at which they may resume. */
const highWater = 0.5
const lowWater = 0.25

const dropped: Failure = {
  code: 'queue_full',
  reason: 'dropped to make room for newer messages: the queue is full (maxQueueBytes)',
}

export class Delivery {
  readonly counters = new Counters()
  readonly outbox: Outbox
  readonly sender: Sender
  readonly #options: DeliveryOptions
  readonly #listener: DeliveryListener
  readonly #flushWaiters = new FlushWaiters()
  readonly #highWaterBytes: number
  #timer: NodeJS.Timeout | undefined
  /** The batch that has waited for flushInterval. */
  #overdue: Waiting | undefined
  #mustDrain = false
  /** What the outbox threw, if its last append did. */
  #thrown: string | undefined
  /** How many calls are within the outbox's append: what it drops meanwhile is reported after it. */
  #appending = 0
  #dropped: Batch[] = []
  /** Whether an accepted message could not be scheduled: there was no stack left for it. */
  #isUnscheduled = false
  /** Until what an earlier process has left is there; it goes first. */
  #opening: Promise<void> | undefined

  constructor(options: DeliveryOptions, listener: DeliveryListener) {
    this.#options = { ...options, flushAt: Math.min(options.flushAt, options.maxBatchSize) }
    this.#listener = listener
    this.#highWaterBytes = options.maxQueueBytes * highWater
    this.outbox = this.#openOutbox(options)
    this.sender = new Sender({
      ...options,
      load: () => this.#load(),
      outbox: this.outbox,
      policy: { isDue: () => this.#isDue(), isUrgent: () => this.#isUrgent() },
      observer: {
        onDelivered: (batch) => this.deliver(batch),
        onFailed: (batch, failure) => this.fail(batch, failure),
        onExhausted: (batch, failure) => this.#exhaust(batch, failure),
        onRetry: (_batch, answer, { failingFor }) => this.#retry(answer, failingFor),
        onIdle: () => this.#idle(),
      },
    })
  }

  /**
   * Takes a message on, or says why not. It throws only if the message was not accepted and nothing has changed, as it
   * may near the end of the stack.
   */
  append(text: string, token: SettleToken | undefined): Appended {
    const appended = this.#append(text, token)
    if (appended !== 'accepted') {
      if (this.#dropped.length > 0) this.#reportDropped()
      return appended
    }
    this.counters.enqueued++
    try {
      if (this.#dropped.length > 0) this.#reportDropped()
      this.#schedule()
    } catch {
      // The end of the stack: the message is accepted all the same. The next call, or flush, schedules it.
      this.#isUnscheduled = true
    }
    return appended
  }

  /** Sees to it that what was accepted is sent in time. */
  #schedule(): void {
    this.#isUnscheduled = false
    if (!this.sender.isSaturated) {
      if (this.#isDue()) this.sender.wake()
      else if (this.#timer === undefined) this.#armTimer()
    } else if (this.sender.isLingering && this.#isUrgent()) {
      this.sender.wake()
    }
  }

  /** Schedules what an earlier call could not. */
  scheduleMissed(): void {
    if (this.#isUnscheduled) this.#schedule()
  }

  /** Why the outbox had no room for the last message that it refused. */
  get obstacle(): string {
    const reason = 'the queue is full (maxQueueBytes)'
    return this.#thrown ?? this.outbox.obstacle ?? reason
  }

  /** A user's outbox may throw: that must not reach the call. */
  #append(text: string, token: SettleToken | undefined): Appended {
    this.#appending++
    try {
      const appended = this.outbox.append(text, token)
      if (appended === 'full') this.#thrown = undefined
      return appended
    } catch (error) {
      this.#thrown = `the outbox threw: ${toError(error).message}`
      return 'full'
    } finally {
      this.#appending--
    }
  }

  /** Whether callers were asked to wait, and `drain` has not been reported yet. */
  get mustDrain(): boolean {
    return this.#mustDrain
  }

  /** Whether callers should wait for `drain` before they go on. */
  checkHighWater(): boolean {
    if (this.outbox.bytes <= this.#highWaterBytes) return false
    this.#mustDrain = true
    return true
  }

  /**
   * Sends everything appended until now without waiting for more, and resolves when it is settled; with false if
   * `timeout` milliseconds were not enough.
   */
  async flush(timeout: number | undefined): Promise<boolean> {
    if (!this.#opening) return this.#flush(timeout)
    // What an earlier process has left goes first, and is waited for as well.
    const started = performance.now()
    await Promise.all([this.#flush(timeout), within(timeout, this.#opening)])
    return this.#flush(timeout && Math.max(0, timeout - (performance.now() - started)))
  }

  #flush(timeout: number | undefined): Promise<boolean> {
    const { nextSequence, count, postponed = [] } = this.outbox
    const aside = postponed.reduce((sum, waiting) => sum + waiting.count, 0)
    const settled = this.#flushWaiters.wait(nextSequence, count - aside, timeout, postponed)
    this.sender.wake()
    return settled
  }

  // The order in these: the counters are right before anything is reported, for a listener may read them; and flushes have
  // taken note, for a listener may begin another, which does not cover this batch. Those that wait resume in a
  // microtask, after the listeners.

  /** Settles a taken batch as delivered. */
  deliver(batch: Batch): void {
    if (!this.outbox.settle(batch)) return
    this.counters.delivered += batch.count
    this.#flushWaiters.settle(batch)
    this.#listener.delivered(batch)
    this.#settled()
  }

  /** Settles a taken batch as failed. */
  fail(batch: Batch, failure: Failure): void {
    if (!this.outbox.settle(batch)) return
    this.counters.fail(failure.code, batch.count)
    this.#flushWaiters.settle(batch)
    this.#listener.failed(batch, failure)
    this.#settled()
  }

  /** Stops sending, and fails what is left, unless it is where another process will find it. */
  stop(failure: Failure): void {
    clearTimeout(this.#timer)
    this.sender.stop()
    if (!this.outbox.isDurable) {
      for (const batch of this.outbox.takeAll()) this.fail(batch, failure)
    }
    this.#flushWaiters.stop()
    this.outbox.close?.()
  }

  #openOutbox(options: DeliveryOptions): Outbox {
    const opened = options.outbox({
      ...options,
      listener: {
        dropped: (batch) => {
          this.#dropped.push(batch)
          if (this.#appending === 0) this.#reportDropped()
        },
        restored: (count) => {
          this.counters.enqueued += count
          this.#listener.restored()
        },
        lost: (lost) => this.#lose(lost),
        ready: () => this.sender.wake(),
        warn: (text) => this.#listener.warn(text),
      },
    })
    // It may be another library's promise, which need not have catch().
    const opening = opened.open?.()
    this.#opening =
      opening &&
      Promise.resolve(opening)
        .catch((error: unknown) =>
          this.#listener.warn(`the outbox could not be opened: ${toError(error).message}`),
        )
        .finally(() => (this.#opening = undefined))
    return opened
  }

  /** It was tried as often as it may be. If it is on disk, it is retried later, and does not hold up the others. */
  #exhaust(batch: Batch, failure: Failure): void {
    if (this.outbox.postpone?.(batch) !== true) {
      this.fail(batch, failure)
      return
    }
    this.#flushWaiters.exclude(batch)
    this.#listener.struggling(
      `${failure.reason}; put aside, and tried again later`,
      Infinity,
      this.outbox.count,
    )
  }

  #lose(lost: Lost): void {
    this.counters.fail('outbox_damaged', lost.count)
    this.#flushWaiters.settle(lost)
    this.#listener.lost(lost)
    this.#settled()
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
      next.sequence < this.#flushWaiters.mark ||
      // Who waits for `drain` must not wait for the interval.
      this.#mustDrain ||
      bytes > this.#highWaterBytes
    )
  }

  /** What cannot be loaded is the answer to the try that needs it; but it will not recover, so report it at once. */
  async #load(): Promise<void> {
    await this.#opening
    try {
      await this.#options.load()
    } catch (error) {
      this.#listener.struggling(
        `the HTTP client cannot be loaded: ${toError(error).message}`,
        Infinity,
        this.outbox.count,
      )
    }
  }

  #idle(): void {
    // A reference to it would keep all of its memory.
    if (this.outbox.next !== this.#overdue) this.#overdue = undefined
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
      // If the batch has gone already, a younger one may have begun since.
      if (this.outbox.next !== batch) {
        this.#armTimer()
        return
      }
      this.#overdue = batch
      this.sender.wake()
    }, wait)
  }

  /** Counts and reports what gave way to newer messages. The outbox has forgotten it already. */
  #reportDropped(): void {
    const batches = this.#dropped
    this.#dropped = []
    for (const batch of batches) {
      this.counters.fail(dropped.code, batch.count)
      this.#flushWaiters.settle(batch)
    }
    for (const batch of batches) this.#listener.dropped(batch, dropped)
  }

  /** After a batch was settled, and its messages were reported. */
  #settled(): void {
    if (this.#mustDrain && this.outbox.bytes <= this.#options.maxQueueBytes * lowWater) {
      this.#mustDrain = false
      this.#listener.drain()
    }
    if (this.outbox.count === 0) this.#listener.drained()
  }

  #retry(answer: AttemptResult, failingFor: number): void {
    const { needsHelp } = answer as Partial<Unanswered>
    const since = needsHelp === true ? Infinity : failingFor
    this.#listener.struggling(describeAnswer(answer), since, this.outbox.count)
  }
}

/** Resolves when the promise does, or after `timeout` milliseconds. */
async function within(timeout: number | undefined, promise: Promise<void>): Promise<void> {
  if (timeout === undefined) return promise
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeout)))
  await Promise.race([promise, end])
  clearTimeout(timer)
}
