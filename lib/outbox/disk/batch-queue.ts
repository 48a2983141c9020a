// The waiting batches, oldest first. All are in files; those that will be sent soon are in memory as well.

import type { Batch } from '../batch.js'
import type { Size } from './quota.js'
import type { StoredBatch } from './stored-file.js'

/** How much of the full batches is kept in memory, in bytes, so that it need not be read back. */
const maxInMemory = 4 * 1024 * 1024

export class BatchQueue {
  /** What goes first: what was put back, and what dead clients have left. */
  readonly #first: StoredBatch[] = []
  /** Our own full batches, in order. They come before the growing one. */
  readonly #full: StoredBatch[] = []
  readonly #postponed = new Set<StoredBatch>()
  #inMemory = 0

  get next(): StoredBatch | undefined {
    return this.#first[0] ?? this.#full[0]
  }

  get postponed(): readonly StoredBatch[] {
    return [...this.#postponed]
  }

  /** Whether all can be delivered without reading a file. */
  get isInMemory(): boolean {
    const isHere = ({ batch }: StoredBatch): boolean => batch !== undefined
    return this.#postponed.size === 0 && this.#first.every(isHere) && this.#full.every(isHere)
  }

  /** The batches that could be dropped. */
  get size(): Size {
    let [count, bytes] = [0, 0]
    for (const batch of [...this.#first, ...this.#full]) {
      count += batch.count
      bytes += batch.bytes
    }
    return { count, bytes }
  }

  shift(): StoredBatch | undefined {
    const first = this.#first.shift()
    if (first) return first
    const full = this.#full.shift()
    if (full?.batch) this.#inMemory -= full.batch.extent
    return full
  }

  /** Whether there is memory for a batch that has become full. */
  hasMemoryFor({ extent }: Batch): boolean {
    return this.#inMemory + extent <= maxInMemory
  }

  /** Adds a batch that has become full. */
  push(stored: StoredBatch): void {
    const inMemory = this.#inMemory + (stored.batch?.extent ?? 0)
    // No function is called from here on: near the end of the stack all of this happens, or none.
    this.#full[this.#full.length] = stored
    this.#inMemory = inMemory
  }

  /** Adds what goes before the full batches. With several requests in flight, a later one may have been put back first. */
  putFirst(batches: readonly StoredBatch[]): void {
    this.#first.push(...batches)
    this.#first.sort((a, b) => a.sequence - b.sequence)
  }

  postpone(stored: StoredBatch): void {
    this.#postponed.add(stored)
  }

  /** Makes postponed batches available again. */
  resume(stored: StoredBatch): void {
    this.#postponed.delete(stored)
    this.putFirst([stored])
  }
}
