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
  /** The largest message, in bytes. */
  readonly maxMessageBytes: number
  #batch: Batch | undefined
  /** The memory of the next batch: as much as the last one needed, so that under load no batch has to grow by copying. */
  #capacity = smallestCapacity

  constructor({ maxBatchSize, maxBatchBytes, maxMessageBytes }: BatchLimits) {
    this.#maxBatchSize = maxBatchSize
    this.#maxBatchBytes = maxBatchBytes
    // A message that would not fit an empty batch could never be sent.
    this.maxMessageBytes = Math.min(maxMessageBytes, maxBatchBytes - bodyOverhead)
  }

  /** The batch, if it holds anything. */
  get batch(): Batch | undefined {
    return this.#batch !== undefined && this.#batch.count > 0 ? this.#batch : undefined
  }

  /**
   * Writes a message after the others, without adding it yet.
   *
   * @param sequence the place that the message would have
   * @param onFull receives the batch that had no room for it; a new one has begun
   * @returns its size in bytes; undefined if it is too large
   */
  write(text: string, sequence: number, onFull: (batch: Batch) => void): number | undefined {
    const { maxMessageBytes } = this
    // UTF-8 has at least as many bytes as UTF-16 has units, so what is surely too large need not be encoded.
    if (text.length > maxMessageBytes) return undefined
    const batch = (this.#batch ??= new Batch(sequence, this.#capacity))
    let size = batch.write(text, this.#maxBatchBytes)
    if (batch.count === this.#maxBatchSize || batch.bodyLengthWith(size) > this.#maxBatchBytes) {
      const bytes = size === Infinity ? Buffer.byteLength(text) : size
      if (bytes > maxMessageBytes) return undefined
      this.#learn(batch)
      const next = new Batch(sequence, this.#capacity)
      // A batch that was emptied to make room is not reported as full, though its memory is used up. If this throws,
      // nothing has changed, and the batch is not lost.
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

  /** Takes the batch. The next message begins another. */
  take(): Batch | undefined {
    const { batch } = this
    // Also a batch begun by a refused message: it has a place, which the next message may not get.
    this.#batch = undefined
    if (!batch) return undefined
    this.#learn(batch)
    return batch
  }

  /** Gives the next batch somewhat more memory than this one needed. */
  #learn({ extent }: Batch): void {
    const wanted = Math.max(smallestCapacity, Math.ceil(extent * 1.25))
    this.#capacity = Math.min(wanted, this.#maxBatchBytes)
  }
}
