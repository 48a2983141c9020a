// The batch that grows.

import { Batch, bodyOverhead, smallestCapacity, type SettleToken } from './batch.js'

export interface BatchLimits {
  maxBatchSize: number
  maxBatchBytes: number
  maxMessageBytes: number
}

export class OpenBatch {
  readonly #maxBatchSize: number
  readonly #maxBatchBytes: number
  /** The size that a message may have, in bytes. */
  readonly maxMessageBytes: number
  #batch: Batch | undefined
  /** What the next batch begins with: as much as the last one needed, so that under load nothing is copied to grow. */
  #capacity = smallestCapacity

  constructor({ maxBatchSize, maxBatchBytes, maxMessageBytes }: BatchLimits) {
    this.#maxBatchSize = maxBatchSize
    this.#maxBatchBytes = maxBatchBytes
    // A message that would not fit an empty batch could never be sent.
    this.maxMessageBytes = Math.min(maxMessageBytes, maxBatchBytes - bodyOverhead)
  }

  /** The batch, where it holds anything. */
  get batch(): Batch | undefined {
    return this.#batch !== undefined && this.#batch.count > 0 ? this.#batch : undefined
  }

  /**
   * Writes a message after the others, without adding it yet.
   *
   * @param sequence the place that it would have
   * @param onFull gets the batch that had no room for it; a new one has begun
   * @returns its size in bytes; undefined if it is too large
   */
  write(text: string, sequence: number, onFull: (batch: Batch) => void): number | undefined {
    const { maxMessageBytes } = this
    // UTF-8 is never shorter than UTF-16 is long: what is surely too large is not even encoded.
    if (text.length > maxMessageBytes) return undefined
    const batch = (this.#batch ??= new Batch(sequence, this.#capacity))
    let size = batch.write(text, this.#maxBatchBytes)
    if (batch.count === this.#maxBatchSize || batch.bodyLengthWith(size) > this.#maxBatchBytes) {
      const bytes = size === Infinity ? Buffer.byteLength(text) : size
      if (bytes > maxMessageBytes) return undefined
      this.#learn(batch)
      const next = new Batch(sequence, this.#capacity)
      // One that was emptied to make room is no batch any more, though its memory is used up. If this throws, nothing has
      // changed: the batch is not lost between the two.
      if (batch.count > 0) onFull(batch)
      this.#batch = next
      size = next.write(text, this.#maxBatchBytes)
    }
    return size > maxMessageBytes ? undefined : size
  }

  /** Adds the message that was written last. */
  add(size: number, token: SettleToken | undefined): void {
    this.#batch?.add(size, token)
  }

  /** The bytes of the message that was written last, copied. */
  copyWritten(size: number, target: Buffer, at: number): void {
    this.#batch?.copyWritten(size, target, at)
  }

  /** Takes the batch away: the next message begins another. */
  take(): Batch | undefined {
    const { batch } = this
    // Also one that a refused message has begun: it has a place, which the next message need not have.
    this.#batch = undefined
    if (!batch) return undefined
    this.#learn(batch)
    return batch
  }

  /** The next batch begins with somewhat more memory than this one has needed. */
  #learn({ extent }: Batch): void {
    const wanted = Math.max(smallestCapacity, Math.ceil(extent * 1.25))
    this.#capacity = Math.min(wanted, this.#maxBatchBytes)
  }
}
