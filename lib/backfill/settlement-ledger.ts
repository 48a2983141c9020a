// The rows in flight, in order, and which of them are settled up to the first that is not.

import type { BrokenRow, RowPosition } from './sources/source.js'

export interface Rejection {
  readonly kind: string
  readonly reason: string
  /** The text of a row that could not be read. */
  readonly text?: string | undefined
  /** How to read that text. */
  readonly csv?: BrokenRow['csv'] | undefined
  /** About how much memory it takes. */
  readonly weight: number
}

/** What became of a row when it was read. */
export interface Entry {
  readonly position: RowPosition
  readonly row: unknown
  /** The places of its messages: from the first to the one after the last. */
  readonly from: number
  readonly to: number
  readonly bytes: number
  /** The earliest and latest timestamp of its messages. */
  readonly first?: string | undefined
  readonly last?: string | undefined
  /** Why it was rejected before being sent. */
  readonly rejection?: Rejection
}

/**
 * With several requests in flight, messages are settled out of order. The invariant: every message before `#settled` is
 * settled, the one at `#settled` is not, and later ones that are settled are in `#ahead`.
 */
export class SettlementLedger {
  #settled = 0
  /** The settled ranges after the first unsettled message: the start of each, and its end. */
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

  /** Marks `count` messages from a place on as settled. */
  settle(sequence: number, count: number): void {
    this.#ahead.set(sequence, sequence + count)
    for (;;) {
      const end = this.#ahead.get(this.#settled)
      if (end === undefined) return
      this.#ahead.delete(this.#settled)
      this.#settled = end
    }
  }

  /** Removes and returns the rows whose messages, and all before them, are settled. */
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
