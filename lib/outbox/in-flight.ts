// The batches that are being sent.

import type { Batch } from './batch.js'

export class InFlightBatches {
  readonly #batches = new Set<Batch>()

  add(batch: Batch): void {
    this.#batches.add(batch)
  }

  /** Returns false if it was not there. */
  delete(batch: Batch): boolean {
    return this.#batches.delete(batch)
  }

  /** Their bytes. */
  get bytes(): number {
    let bytes = 0
    for (const { size } of this.#batches) bytes += size
    return bytes
  }

  /** When their oldest message was accepted. */
  get oldest(): number | undefined {
    let oldest: number | undefined
    for (const { since } of this.#batches) oldest = Math.min(oldest ?? since, since)
    return oldest
  }

  /** All of them, in order. */
  all(): Batch[] {
    return [...this.#batches].sort((a, b) => a.sequence - b.sequence)
  }

  /** The messages from a place on, as a batch of their own; undefined if there are none. */
  carve(sequence: number, count: number): Batch | undefined {
    for (const batch of this.#batches) {
      const from = sequence - batch.sequence
      if (from < 0 || from + count > batch.count) continue
      if (count === batch.count) return batch
      const part = batch.slice(from, from + count)
      const rest = [batch.slice(0, from), batch.slice(from + count, batch.count)]
      this.#batches.delete(batch)
      for (const each of [part, ...rest]) if (each.count > 0) this.#batches.add(each)
      return part
    }
    return undefined
  }
}
