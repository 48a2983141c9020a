// A batch file, and what it still owes. That is known message by message: a batch may be split, and its parts settled,
// put back or postponed each for itself.

import type { SettleToken, Batch } from '../batch.js'
import type { Waiting } from '../outbox.js'

/** Some messages that follow each other. */
export type Part = Pick<Waiting, 'sequence' | 'count'>

export class StoredFile {
  readonly path: string
  /** The client that wrote it. */
  readonly origin: string
  /** The place of its first message. */
  readonly sequence: number
  readonly count: number
  /** Whether it is to be kept for a person to look at when all of it is settled. */
  isDamaged = false
  /** Whether it is ready to have its messages marked. */
  isMarkable = false
  /** Of each message, where its checksum stands in the file; undefined if it is lost. Known once it was read. */
  checksums: (number | undefined)[] | undefined
  #owed: number
  /** By message, 1 if it is settled. Not made for a file that is settled as a whole. */
  #settled: Uint8Array | undefined

  constructor({ path, origin, sequence, count }: Part & { path: string; origin: string }) {
    this.path = path
    this.origin = origin
    this.sequence = sequence
    this.count = count
    this.#owed = count
  }

  /** Whether nothing of it is left to be delivered. */
  get isSettled(): boolean {
    return this.#owed === 0
  }

  has(sequence: number): boolean {
    return this.sequence <= sequence && sequence < this.sequence + this.count
  }

  /** Whether a batch has all its messages. Then the file alone is enough to have them again. */
  isWholeIn({ sequence, count }: Part): boolean {
    return sequence === this.sequence && count === this.count && this.#owed === count
  }

  settle({ sequence, count }: Part): void {
    if (this.isWholeIn({ sequence, count })) {
      this.#owed = 0
      return
    }
    this.#settled ??= new Uint8Array(this.count)
    const from = sequence - this.sequence
    for (let index = from; index < Math.min(from + count, this.count); index++) {
      if (this.#settled[index] === 1) continue
      this.#settled[index] = 1
      this.#owed--
    }
  }
}

/** A batch that waits: its messages are in a file, and perhaps in memory as well. */
export interface StoredBatch {
  readonly file: StoredFile
  readonly sequence: number
  /** How many messages it has, or once had. */
  readonly count: number
  /** Of its messages, in bytes. */
  readonly bytes: number
  readonly since: number
  readonly tokens?: ReadonlyMap<number, SettleToken> | undefined
  /** The messages themselves, if there is memory for them. */
  readonly batch?: Batch | undefined
}
