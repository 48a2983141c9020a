// The outbox in memory.

import type { Batch, SettleToken } from './batch.js'
import { OpenBatch, type BatchLimits } from './open-batch.js'
import type { Appended, Outbox, OutboxFactory } from './outbox.js'
import { InFlightBatches } from './in-flight.js'

export interface MemoryOutboxLimits extends BatchLimits {
  maxQueueBytes: number
  /** Called with what `drop-oldest` took out to make room. Without it, new messages are refused. */
  onDropped?: ((batch: Batch) => void) | undefined
}

/** The default outbox of a client. */
export function memory(): OutboxFactory {
  return ({ listener, ...settings }) =>
    new MemoryOutbox({
      ...settings,
      onDropped:
        settings.overflow === 'drop-oldest' ? (batch) => listener.dropped(batch) : undefined,
    })
}

/** Keeps batches in memory, the last of which grows. */
export class MemoryOutbox implements Outbox {
  readonly isDurable = false
  readonly maxAge = Infinity
  readonly #limits: MemoryOutboxLimits
  readonly #taken = new InFlightBatches()
  /** Full batches, and what was put back, in order. They come before the growing one. */
  readonly #waiting: Batch[] = []
  readonly #growing: OpenBatch
  readonly #onFull = (batch: Batch): void => void this.#waiting.push(batch)
  #count = 0
  #bytes = 0
  #nextSequence = 0

  constructor(limits: MemoryOutboxLimits) {
    this.#limits = limits
    this.#growing = new OpenBatch(limits)
  }

  get maxMessageBytes(): number {
    return this.#growing.maxMessageBytes
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  get nextSequence(): number {
    return this.#nextSequence
  }

  get oldest(): number | undefined {
    const { oldest } = this.#taken
    return this.next ? Math.min(this.next.since, oldest ?? Infinity) : oldest
  }

  append(text: string, token: SettleToken | undefined): Appended {
    const size = this.#growing.write(text, this.#nextSequence, this.#onFull)
    if (size === undefined) return 'too_large'
    if (this.#bytes + size <= this.#limits.maxQueueBytes) {
      this.#add(size, token)
      return 'accepted'
    }
    const dropped: Batch[] = []
    try {
      if (!this.#makeRoom(size, dropped)) return 'full'
      this.#add(size, token)
    } finally {
      // Reported when the change is complete, so that listeners find the outbox consistent.
      for (const batch of dropped) this.#limits.onDropped?.(batch)
    }
    return 'accepted'
  }

  /** Adds a batch that another process had accepted. */
  restore(batch: Batch): void {
    this.#waiting.push(batch)
    this.#count += batch.count
    this.#bytes += batch.size
    this.#nextSequence = Math.max(this.#nextSequence, batch.sequence + batch.count)
  }

  get next(): Batch | undefined {
    return this.#waiting.length > 0 ? this.#waiting[0] : this.#growing.batch
  }

  get nextIsFull(): boolean {
    return this.#waiting.length > 0
  }

  take(): Batch | undefined {
    const batch = this.#waiting.shift() ?? this.#growing.take()
    if (batch) this.#taken.add(batch)
    return batch
  }

  replace(batch: Batch, parts: Batch[]): void {
    if (!this.#taken.delete(batch)) return
    this.#waiting.unshift(...parts)
    // With several requests in flight, a later one may have been put back first.
    this.#waiting.sort((a, b) => a.sequence - b.sequence)
  }

  settle(batch: Batch): boolean {
    if (!this.#taken.delete(batch)) return false
    this.#count -= batch.count
    this.#bytes -= batch.size
    return true
  }

  takeAll(): Batch[] {
    while (this.take());
    return this.#taken.all()
  }

  carve(sequence: number, count: number): Batch | undefined {
    return this.#taken.carve(sequence, count)
  }

  #add(size: number, token: SettleToken | undefined): void {
    this.#growing.add(size, token)
    this.#bytes += size
    this.#count++
    this.#nextSequence++
  }

  /**
   * Removes the oldest messages that are not in flight until `size` bytes fit.
   *
   * @param dropped receives what was removed
   * @returns whether there is room now
   */
  #makeRoom(size: number, dropped: Batch[]): boolean {
    const { maxQueueBytes, onDropped } = this.#limits
    if (!onDropped) return false
    // Messages in flight cannot be dropped, and no others should be if that would not help.
    if (this.#taken.bytes + size > maxQueueBytes) return false
    for (;;) {
      if (this.#bytes + size <= maxQueueBytes) return true
      const oldest = this.next
      if (!oldest) return false
      dropped.push(this.#drop(oldest))
    }
  }

  #drop(oldest: Batch): Batch {
    const dropped = oldest.dropFirst()
    if (oldest.count === 0 && oldest === this.#waiting[0]) this.#waiting.shift()
    this.#count -= dropped.count
    this.#bytes -= dropped.size
    return dropped
  }
}
