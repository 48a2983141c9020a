// The rows in flight, in their order: which of them are settled as far as the first that is not.

import type { BrokenRow, RowPosition } from './sources/source.js'

export interface Rejection {
  readonly kind: string
  readonly reason: string
  /** Of a row that could not be read as one. */
  readonly text?: string | undefined
  /** How that text is to be read. */
  readonly csv?: BrokenRow['csv'] | undefined
  /** About how much memory it takes. */
  readonly weight: number
}

/** What became of a row where it was read. */
export interface Entry {
  readonly position: RowPosition
  readonly row: unknown
  /** The places of its messages among all: from the first to before the last. */
  readonly from: number
  readonly to: number
  readonly bytes: number
  /** The earliest and latest of its messages' timestamps. */
  readonly first?: string | undefined
  readonly last?: string | undefined
  /** Why it was rejected before anything of it was sent. */
  readonly rejection?: Rejection
}

/**
 * With several requests in flight messages are settled out of order. The invariant: every message before `#settled` is
 * settled, the one there is not, and those after it that are settled are in `#ahead`.
 */
export class SettlementLedger {
  #settled = 0
  /** Settled ranges after the first message that is not: where each begins, and where it ends. */
  readonly #ahead = new Map<number, number>()
  #entries: Entry[] = []
  /** Entries before this one are done. */
  #head = 0
  #weight = 0

  /** The memory that rejected rows take until those before them are settled. */
  get weight(): number {
    return this.#weight
  }

  /** The rows that are not done yet. */
  get size(): number {
    return this.#entries.length - this.#head
  }

  /** Every message before this place is settled. */
  get settledUntil(): number {
    return this.#settled
  }

  add(entry: Entry): void {
    this.#entries.push(entry)
    this.#weight += entry.rejection?.weight ?? 0
  }

  /** So many messages from a place on are settled. */
  settle(sequence: number, count: number): void {
    this.#ahead.set(sequence, sequence + count)
    for (;;) {
      const end = this.#ahead.get(this.#settled)
      if (end === undefined) return
      this.#ahead.delete(this.#settled)
      this.#settled = end
    }
  }

  /** Takes out the rows whose messages, and all before them, are settled. */
  *done(): Generator<Entry> {
    for (;;) {
      const entry = this.#entries[this.#head]
      if (entry === undefined || entry.to > this.#settled) return
      this.#head++
      if (this.#head === this.#entries.length || this.#head === 4_096) {
        this.#entries = this.#entries.slice(this.#head)
        this.#head = 0
      }
      this.#weight -= entry.rejection?.weight ?? 0
      yield entry
    }
  }
}
