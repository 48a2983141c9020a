// Decides which batches may go, and when: full ones, at the pace, and not too far ahead of the checkpoint.

import type { Batch } from '../../outbox/batch.js'
import { MemoryOutbox } from '../../outbox/memory-outbox.js'
import type { BatchSource } from '../sender.js'
import type { RateLimit } from './rate-limit.js'

/** How long a batch waits for a slow source to fill it, in milliseconds. */
const longestFill = 1_000

export interface PacedOutboxLimits {
  readonly maxBatchSize: number
  readonly maxBatchBytes: number
  readonly maxMessageBytes: number
  /** The most messages that may be sent beyond the last one that the checkpoint covers. */
  readonly window: number
}

/** An outbox in memory that gives the sender a batch only if it may go. */
export class PacedOutbox implements BatchSource {
  readonly isDurable = false
  readonly maxAge = Infinity
  readonly #inner: MemoryOutbox
  readonly #limits: PacedOutboxLimits
  readonly #limit: RateLimit
  /** Batches taken by the sender. */
  readonly #underWay = new Set<Batch>()
  #closed = false
  #draining = false
  #impatient = false
  #confirmed = 0

  constructor(limits: PacedOutboxLimits, limit: RateLimit) {
    // The reader limits how much waits, so nothing is refused for lack of room.
    this.#inner = new MemoryOutbox({ ...limits, maxQueueBytes: Infinity })
    this.#limits = limits
    this.#limit = limit
  }

  get maxMessageBytes(): number {
    return this.#inner.maxMessageBytes
  }

  /** Messages not yet settled, including those in flight. */
  get count(): number {
    return this.#inner.count
  }

  get bytes(): number {
    return this.#inner.bytes
  }

  /** The place that the next message will have among all. */
  get nextSequence(): number {
    return this.#inner.nextSequence
  }

  append(text: string): void {
    this.#inner.append(text, undefined)
  }

  /** The checkpoint covers everything before this place. */
  confirm(sequence: number): void {
    this.#confirmed = sequence
  }

  /** Nothing more will be appended: batches need not be full. */
  drain(): void {
    this.#draining = true
  }

  /** Releases no more batches. */
  shut(): void {
    this.#closed = true
  }

  /** While the reader needs room before it can read on, batches need not be full either. */
  set isImpatient(impatient: boolean) {
    this.#impatient = impatient
  }

  /** How many batches are in flight. */
  get inFlight(): number {
    return this.#underWay.size
  }

  /** Whether only the pace is holding the next batch back. */
  get isPaced(): boolean {
    return this.#isReady && this.#limit.wait > 0
  }

  get isDue(): boolean {
    return this.#isReady && this.#limit.wait === 0
  }

  /** Milliseconds until time alone may make something due; undefined if nothing is waiting. */
  get wait(): number | undefined {
    const { next } = this.#inner
    if (!next || this.#closed) return undefined
    if (this.#isReady) return this.#limit.wait
    return this.#isFilled(next) ? undefined : Math.max(1, next.since + longestFill - Date.now())
  }

  take(): Batch | undefined {
    if (!this.isDue) return undefined
    const batch = this.#inner.take()
    if (batch) {
      this.#underWay.add(batch)
      this.#limit.spend(batch.count)
    }
    return batch
  }

  replace(batch: Batch, parts: Batch[]): void {
    this.#underWay.delete(batch)
    this.#inner.replace(batch, parts)
  }

  settle(batch: Batch): boolean {
    this.#underWay.delete(batch)
    return this.#inner.settle(batch)
  }

  get #isReady(): boolean {
    const { next } = this.#inner
    if (!next || this.#closed || !this.#isFilled(next)) return false
    return next.sequence + next.count - this.#confirmed <= this.#limits.window
  }

  #isFilled(next: Batch): boolean {
    return (
      this.#draining ||
      this.#impatient ||
      this.#inner.nextIsFull ||
      next.count >= this.#limits.maxBatchSize ||
      // The clock may have been set back.
      Math.abs(Date.now() - next.since) >= longestFill
    )
  }
}
