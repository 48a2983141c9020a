// Takes messages as texts, and settles each as delivered, or as failed with a reason. Knows nothing of the spec.

import { toError } from '../runtime/describe-value.js'
import type { AttemptResult, Unanswered } from './transport/answer.js'
import { describeAnswer } from './transport/answer.js'
import type { Batch, SettleToken } from '../outbox/batch.js'
import { Counters } from './counters.js'
import { idleTimer } from '../runtime/timer.js'
import { within } from '../runtime/within.js'
import { FlushWaiters } from './flush-waiters.js'
import type { Appended, Lost, Outbox, OutboxFactory, Waiting } from '../outbox/outbox.js'
import type { Failure } from './failure.js'
import { Sender } from './sender.js'
import type { BatchSink } from './batch-sink.js'

export interface DeliveryOptions {
  sink: BatchSink
  load: () => Promise<void>
  /** Whether the sink only hands messages over to a queue, from which others deliver them. */
  isQueue?: boolean | undefined
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
  /** Called during the call of a newer message, to which these gave way: no user code may run here. */
  dropped(batch: Batch, failure: Failure): void
  /** The outbox has lost messages. */
  lost(lost: Lost): void
  /** Messages that an earlier process has left are pending now. */
  restored(): void
  /** Something that the operator of the process should know. */
  warn(text: string): void
  /** The endpoint has accepted nothing for so many milliseconds (Infinity: it will not recover by itself); retries continue. */
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
  /** What the outbox's last append threw, if it threw. */
  #thrown: string | undefined
  /** How many calls are inside the outbox's append: what it drops meanwhile is reported afterwards. */
  #appending = 0
  #dropped: Batch[] = []
  /** Whether an accepted message could not be scheduled, for lack of stack. */
  #isUnscheduled = false
  /** Pending while the outbox loads what an earlier process left; that goes first. */
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
        onDelivered: (batch) => this.deliver(batch, options.isQueue),
        onFailed: (batch, failure) => this.fail(batch, failure),
        onExhausted: (batch, failure) => this.#exhaust(batch, failure),
        onRetry: (_batch, answer, { failingFor }) => this.#retry(answer, failingFor),
        onIdle: () => this.#idle(),
      },
    })
  }

  /**
   * Accepts a message, or says why not. It may throw near the end of the stack; then the message was not accepted and
   * nothing has changed.
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
      // Near the end of the stack. The message is accepted; the next call or flush schedules it.
      this.#isUnscheduled = true
    }
    return appended
  }

  /** Makes sure that accepted messages are sent in time. */
  #schedule(): void {
    this.#isUnscheduled = false
    if (!this.sender.isSaturated) {
      if (this.#isDue()) this.sender.wake()
      else if (this.#timer === undefined) this.#armTimer()
    } else if (this.sender.isLingering && this.#isUrgent()) {
      this.sender.wake()
    }
  }

  /** Schedules what an earlier call could not schedule. */
  scheduleMissed(): void {
    if (this.#isUnscheduled) this.#schedule()
  }

  /** Why the outbox refused the last message for which it had no room. */
  get obstacle(): string {
    const reason = 'the queue is full (maxQueueBytes)'
    return this.#thrown ?? this.outbox.obstacle ?? reason
  }

  /** An outbox that throws must not make the call throw. */
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

  /** Whether callers should wait for `drain` before they continue. */
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
    // What an earlier process left goes first, and the flush covers it as well.
    const started = performance.now()
    await Promise.all([
      this.#flush(timeout),
      timeout === undefined ? this.#opening : within(timeout, this.#opening),
    ])
    return this.#flush(timeout && Math.max(0, timeout - (performance.now() - started)))
  }

  #flush(timeout: number | undefined): Promise<boolean> {
    const { nextSequence, count, postponed = [] } = this.outbox
    const aside = postponed.reduce((sum, waiting) => sum + waiting.count, 0)
    const settled = this.#flushWaiters.wait(nextSequence, count - aside, timeout, postponed)
    this.sender.wake()
    return settled
  }

  // The order below matters. The counters and flushes are updated before anything is reported, because a listener may read
  // the counters or begin a flush, which does not cover this batch. Waiting flushes resume in a microtask, after the
  // listeners.

  /** Settles a taken batch as delivered, or as queued. */
  deliver(batch: Batch, isQueued = false): void {
    if (!this.outbox.settle(batch)) return
    this.counters[isQueued ? 'queued' : 'delivered'] += batch.count
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

  /** Stops sending. Fails what is left, unless the outbox keeps it for another process. */
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
    // It may be a promise of another library, without catch().
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

  /** The retries are used up. A batch on disk is put aside and retried later, so that it does not hold up the others. */
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
      // A caller that waits for `drain` must not wait for the interval.
      this.#mustDrain ||
      bytes > this.#highWaterBytes
    )
  }

  /** The try that needs it fails with the same error; but this will not recover by itself, so it is reported at once. */
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
    // A reference would keep the batch in memory.
    if (this.outbox.next !== this.#overdue) this.#overdue = undefined
    // After an interruption: what became due meanwhile was waiting for the request that was cancelled.
    this.sender.wake()
    this.#armTimer()
  }

  /** Arms the flushInterval timer. It is never reset per call, which would cost more than the call. */
  #armTimer(): void {
    const batch = this.outbox.next
    if (!batch || this.#timer !== undefined) return
    const { flushInterval } = this.#options
    // The clock may have been set back.
    const wait = Math.min(batch.since + flushInterval - Date.now(), flushInterval)
    this.#timer = idleTimer(() => {
      this.#timer = undefined
      // That batch is already sent; a younger one may have begun since.
      if (this.outbox.next !== batch) {
        this.#armTimer()
        return
      }
      this.#overdue = batch
      this.sender.wake()
    }, wait)
  }

  /** Counts and reports what gave way to newer messages. The outbox no longer has it. */
  #reportDropped(): void {
    const batches = this.#dropped
    this.#dropped = []
    for (const batch of batches) {
      this.counters.fail(dropped.code, batch.count)
      this.#flushWaiters.settle(batch)
    }
    for (const batch of batches) this.#listener.dropped(batch, dropped)
  }

  /** Called after a batch was settled and reported. */
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
