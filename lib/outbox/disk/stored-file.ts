// A batch file, and which of its messages are not settled. This is tracked by message, because a batch may be split, and
// each part settled, put back or postponed by itself.

import type { SettleToken, Batch } from '../batch.js'
import type { Waiting } from '../outbox.js'

/** Some consecutive messages. */
export type Part = Pick<Waiting, 'sequence' | 'count'>

export class StoredFile {
  readonly path: string
  /** The client that wrote it. */
  readonly origin: string
  /** The place of its first message. */
  readonly sequence: number
  readonly count: number
  /** Whether to keep it, once it is settled, so that a person can look at it. */
  isDamaged = false
  /** Whether its messages can be marked. */
  isMarkable = false
  /** The offset of each message's checksum; undefined if the message is lost. Known once the file was read. */
  checksums: (number | undefined)[] | undefined
  #owed: number
  /** For each message, 1 if it is settled. Not created for a file that is settled as a whole. */
  #settled: Uint8Array | undefined

  constructor({ path, origin, sequence, count }: Part & { path: string; origin: string }) {
    this.path = path
    this.origin = origin
    this.sequence = sequence
    this.count = count
    this.#owed = count
  }

  /** Whether all of it is settled. */
  get isSettled(): boolean {
    return this.#owed === 0
  }

  has(sequence: number): boolean {
    return this.sequence <= sequence && sequence < this.sequence + this.count
  }

  /** Whether a batch has all its messages. Then the file alone is enough to restore it. */
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

/** A waiting batch: its messages are in a file, and perhaps also in memory. */
export interface StoredBatch {
  readonly file: StoredFile
  readonly sequence: number
  /** How many messages it has, or had. */
  readonly count: number
  /** The size of its messages, in bytes. */
  readonly bytes: number
  readonly since: number
  readonly tokens?: ReadonlyMap<number, SettleToken> | undefined
  /** The messages themselves, if they are in memory. */
  readonly batch?: Batch | undefined
}
