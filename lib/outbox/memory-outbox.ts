// The outbox in memory.

import { Batch, bodyOverhead, smallestCapacity, type Receipt } from './batch.js'
import type { Appended, Outbox } from './outbox.js'

export interface MemoryOutboxLimits {
  maxBatchSize: number
  maxBatchBytes: number
  maxMessageBytes: number
  maxQueueBytes: number
  /** Called with what `drop-oldest` took out to make room; without it, what is new is refused. */
  onDropped?: ((batch: Batch) => void) | undefined
}

/** Batches in memory, the last of which grows. */
export class MemoryOutbox implements Outbox {
  readonly #limits: MemoryOutboxLimits
  readonly #taken = new Set<Batch>()
  /** Full batches, and what was put back: in order, before the growing one. */
  readonly #waiting: Batch[] = []
  #growing: Batch | undefined
  /** What the next batch begins with: as much as the last one needed, so that under load nothing is copied to grow. */
  #capacity = smallestCapacity
  #count = 0
  #bytes = 0
  #nextSequence = 0

  constructor(limits: MemoryOutboxLimits) {
    // A message that would not fit an empty batch could never be sent.
    const maxMessageBytes = Math.min(limits.maxMessageBytes, limits.maxBatchBytes - bodyOverhead)
    this.#limits = { ...limits, maxMessageBytes }
  }

  /** The size that a message may have. */
  get maxMessageBytes(): number {
    return this.#limits.maxMessageBytes
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
    let oldest = this.next?.since
    for (const { since } of this.#taken) oldest = Math.min(oldest ?? since, since)
    return oldest
  }

  append(text: string, receipt: Receipt | undefined): Appended {
    const { maxBatchSize, maxBatchBytes, maxMessageBytes, maxQueueBytes } = this.#limits
    // UTF-8 is never shorter than UTF-16 is long: what is surely too large is not even encoded.
    if (text.length > maxMessageBytes) return 'too_large'
    let batch = (this.#growing ??= this.#newBatch())
    let size = batch.write(text, maxBatchBytes)
    if (batch.count === maxBatchSize || batch.bodyLengthWith(size) > maxBatchBytes) {
      const bytes = size === Infinity ? Buffer.byteLength(text) : size
      if (bytes > maxMessageBytes) return 'too_large'
      this.#learn(batch)
      // One that was emptied to make room is no batch any more, though its memory is used up.
      if (batch.count > 0) this.#waiting.push(batch)
      batch = this.#growing = this.#newBatch()
      size = batch.write(text, maxBatchBytes)
    }
    if (size > maxMessageBytes) return 'too_large'
    if (this.#bytes + size > maxQueueBytes && !this.#makeRoom(size)) return 'full'
    batch.add(size, receipt)
    this.#bytes += size
    this.#count++
    this.#nextSequence++
    return 'accepted'
  }

  /** Adds a batch that another process had taken on. */
  restore(batch: Batch): void {
    this.#waiting.push(batch)
    this.#count += batch.count
    this.#bytes += batch.size
    this.#nextSequence = Math.max(this.#nextSequence, batch.sequence + batch.count)
  }

  get next(): Batch | undefined {
    if (this.#waiting.length > 0) return this.#waiting[0]
    return this.#growing !== undefined && this.#growing.count > 0 ? this.#growing : undefined
  }

  get nextIsFull(): boolean {
    return this.#waiting.length > 0
  }

  take(): Batch | undefined {
    const batch = this.#waiting.shift() ?? this.#growing
    if (!batch || batch.count === 0) return undefined
    if (batch === this.#growing) {
      this.#growing = undefined
      this.#learn(batch)
    }
    this.#taken.add(batch)
    return batch
  }

  replace(batch: Batch, parts: Batch[]): void {
    if (!this.#taken.delete(batch)) return
    this.#waiting.unshift(...parts)
    // Of several requests in flight a later one may have been put back first.
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
    return [...this.#taken].sort((a, b) => a.sequence - b.sequence)
  }

  /** Of what is taken, the messages from a place on, as a taken batch of their own; undefined where there are none. */
  carve(sequence: number, count: number): Batch | undefined {
    for (const batch of this.#taken) {
      const from = sequence - batch.sequence
      if (from < 0 || from + count > batch.count) continue
      if (count === batch.count) return batch
      const part = batch.slice(from, from + count)
      const rest = [batch.slice(0, from), batch.slice(from + count, batch.count)]
      this.#taken.delete(batch)
      for (const each of [part, ...rest]) if (each.count > 0) this.#taken.add(each)
      return part
    }
    return undefined
  }

  #newBatch(): Batch {
    return new Batch(this.#nextSequence, this.#capacity)
  }

  /** The next batch begins with somewhat more memory than this one has needed. */
  #learn({ extent }: Batch): void {
    const wanted = Math.max(smallestCapacity, Math.ceil(extent * 1.25))
    this.#capacity = Math.min(wanted, this.#limits.maxBatchBytes)
  }

  /** Drops the oldest messages that nobody is sending, where that is wanted, until `size` bytes fit. */
  #makeRoom(size: number): boolean {
    const { maxQueueBytes, onDropped } = this.#limits
    if (!onDropped) return false
    let inFlight = 0
    for (const batch of this.#taken) inFlight += batch.size
    // What is being sent cannot be dropped, and nothing else should be where that would not help.
    if (inFlight + size > maxQueueBytes) return false
    for (;;) {
      if (this.#bytes + size <= maxQueueBytes) return true
      const oldest = this.next
      if (!oldest) return false
      this.#drop(oldest, onDropped)
    }
  }

  #drop(oldest: Batch, onDropped: (batch: Batch) => void): void {
    const dropped = oldest.dropFirst()
    if (oldest.count === 0 && oldest !== this.#growing) this.#waiting.shift()
    this.#count -= dropped.count
    this.#bytes -= dropped.size
    onDropped(dropped)
  }
}
