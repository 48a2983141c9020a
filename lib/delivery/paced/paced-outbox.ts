// Which batches may go, and when: full ones, at the pace, and never too far ahead of the checkpoint.

import type { Batch } from '../../outbox/batch.js'
import { MemoryOutbox } from '../../outbox/memory-outbox.js'
import type { BatchSource } from '../sender.js'
import type { RateLimit } from './rate-limit.js'

/** The longest that a batch waits to be filled by a slow source, in milliseconds. */
const longestFill = 1_000

export interface PacedOutboxLimits {
  readonly maxBatchSize: number
  readonly maxBatchBytes: number
  readonly maxMessageBytes: number
  /** The most messages that may be sent, or have been, after the last one of which the checkpoint knows. */
  readonly window: number
}

/** An outbox in memory, of which the sender gets a batch only if it may go. */
export class PacedOutbox implements BatchSource {
  readonly isDurable = false
  readonly maxAge = Infinity
  readonly #inner: MemoryOutbox
  readonly #limits: PacedOutboxLimits
  readonly #limit: RateLimit
  /** Batches that the sender has. */
  readonly #underWay = new Set<Batch>()
  #closed = false
  #draining = false
  #impatient = false
  #confirmed = 0

  constructor(limits: PacedOutboxLimits, limit: RateLimit) {
    // Who appends sees to it that little waits; what is appended is never refused for want of room.
    this.#inner = new MemoryOutbox({ ...limits, maxQueueBytes: Infinity })
    this.#limits = limits
    this.#limit = limit
  }

  get maxMessageBytes(): number {
    return this.#inner.maxMessageBytes
  }

  /** Messages that are not settled yet, those in flight included; and their bytes. */
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

  /** The checkpoint knows of everything before this place. */
  confirm(sequence: number): void {
    this.#confirmed = sequence
  }

  /** Nothing more comes: what waits need not be filled. */
  drain(): void {
    this.#draining = true
  }

  /** Nothing more goes. */
  shut(): void {
    this.#closed = true
  }

  /** While the source cannot be read on before something goes, what waits need not be filled either. */
  set isImpatient(impatient: boolean) {
    this.#impatient = impatient
  }

  /** How many batches are in flight. */
  get inFlight(): number {
    return this.#underWay.size
  }

  /** Whether only the pace holds the next batch back. */
  get isPaced(): boolean {
    return this.#isReady && this.#limit.wait > 0
  }

  get isDue(): boolean {
    return this.#isReady && this.#limit.wait === 0
  }

  /** Milliseconds until something may be due by the clock alone; undefined if nothing waits for it. */
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
      // The clock may have been set back meanwhile.
      Math.abs(Date.now() - next.since) >= longestFill
    )
  }
}
