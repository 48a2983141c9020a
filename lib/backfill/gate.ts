// Which batches may go, and when: full ones, at the pace, and never too far ahead of the checkpoint.

import type { Batch } from '../outbox/batch.js'
import { MemoryOutbox } from '../outbox/memory-outbox.js'
import type { Pacer } from './pacer.js'

/** The longest that a batch waits to be filled by a slow source, in milliseconds. */
const longestFill = 1_000

export interface GateLimits {
  readonly maxBatchSize: number
  readonly maxBatchBytes: number
  readonly maxMessageBytes: number
  /** The most messages that may be sent, or have been, behind the last one of which the checkpoint knows. */
  readonly window: number
}

/** The outbox in memory, of which the sender gets a batch only where it may go. */
export class Gate extends MemoryOutbox {
  readonly #limits: GateLimits
  readonly #pacer: Pacer
  /** Batches that the sender has. */
  readonly #underWay = new Set<Batch>()
  #closed = false
  #draining = false
  #impatient = false
  #confirmed = 0

  constructor(limits: GateLimits, pacer: Pacer) {
    // Who appends sees to it that little waits; what is appended is never refused for want of room.
    super({ ...limits, maxQueueBytes: Infinity })
    this.#limits = limits
    this.#pacer = pacer
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

  /** How many batches are under way. */
  get inFlight(): number {
    return this.#underWay.size
  }

  /** Whether only the pace holds the next batch back. */
  get isPaced(): boolean {
    return this.#isReady && this.#pacer.wait > 0
  }

  get isDue(): boolean {
    return this.#isReady && this.#pacer.wait === 0
  }

  /** Milliseconds until something may be due by the clock alone; undefined where nothing waits for it. */
  get wait(): number | undefined {
    const { next } = this
    if (!next || this.#closed) return undefined
    if (this.#isReady) return this.#pacer.wait
    return this.#isFilled(next) ? undefined : Math.max(1, next.since + longestFill - Date.now())
  }

  override take(): Batch | undefined {
    if (!this.isDue) return undefined
    const batch = super.take()
    if (batch) {
      this.#underWay.add(batch)
      this.#pacer.spend(batch.count)
    }
    return batch
  }

  override replace(batch: Batch, parts: Batch[]): void {
    this.#underWay.delete(batch)
    super.replace(batch, parts)
  }

  override settle(batch: Batch): boolean {
    this.#underWay.delete(batch)
    return super.settle(batch)
  }

  get #isReady(): boolean {
    const { next } = this
    if (!next || this.#closed || !this.#isFilled(next)) return false
    return next.sequence + next.count - this.#confirmed <= this.#limits.window
  }

  #isFilled(next: Batch): boolean {
    return (
      this.#draining ||
      this.#impatient ||
      this.nextIsFull ||
      next.count >= this.#limits.maxBatchSize ||
      // The clock may have been set back meanwhile.
      Math.abs(Date.now() - next.since) >= longestFill
    )
  }
}
