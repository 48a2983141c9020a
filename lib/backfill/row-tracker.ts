// Tracks what has become of each row, in the order of the source: totals, rejects, and the position of the last row.

import { hashOf, type Checkpoint } from './checkpoint.js'
import { IterableSource } from './iterable-source.js'
import { SettlementLedger, type Entry } from './settlement-ledger.js'
import type { Live } from './progress.js'
import { leastRowsForShare, type RejectsLimit } from './read-options.js'
import type { Rejects } from './rejects.js'
import type { BackfillSource, RowPosition } from './sources/source.js'
import { Totals, type TotalsData } from './totals.js'

/** Why the server refused a message. */
export interface Refusal {
  readonly kind: string
  readonly reason: string
  /** Of the server's answer. */
  readonly status?: number | undefined
}

export interface RowTrackerListener {
  /** Rows are done, and their memory is free. */
  done(): void
  /** More rows were rejected than allowed. */
  tooManyRejects(rejected: number, rows: number): void
  /** A rejected row could not be written. */
  rejectsFailed(error: unknown): void
}

/** A row counts as done once its messages, and those of all rows before it, are settled. */
export class RowTracker {
  /** Counted immediately, ahead of the totals, which contain only rows that are done. */
  readonly live: Live
  readonly #totals: Totals
  readonly #ledger = new SettlementLedger()
  readonly #refusals = new Map<number, Refusal>()
  readonly #source: BackfillSource
  readonly #rejects: Rejects
  readonly #maxRejects: RejectsLimit | undefined
  readonly #listener: RowTrackerListener
  #position: RowPosition | null
  #lastRow: { hash: string | null } | { row: unknown }

  constructor(
    parts: {
      source: BackfillSource
      rejects: Rejects
      maxRejects: RejectsLimit | undefined
      start: Checkpoint | undefined
    },
    listener: RowTrackerListener,
  ) {
    const { source, rejects, maxRejects, start } = parts
    this.#source = source
    this.#rejects = rejects
    this.#maxRejects = maxRejects
    this.#listener = listener
    this.#totals = new Totals(start?.totals)
    const { rows, messages, delivered, skipped, rejected, bytes } = this.#totals
    this.live = { rows, sent: messages, delivered, skipped, rejected, bytes }
    this.#position = start?.position ?? null
    this.#lastRow = { hash: start?.lastRow ?? null }
  }

  /** Every message before this place is settled. */
  get settledUntil(): number {
    return this.#ledger.settledUntil
  }

  /** Rows that are not done, and the memory of the rejected ones among them. */
  get waiting(): { rows: number; weight: number } {
    return { rows: this.#ledger.size, weight: this.#ledger.weight }
  }

  get rows(): number {
    return this.#totals.rows
  }

  totals(): TotalsData {
    return this.#totals.data()
  }

  get position(): RowPosition | null {
    return this.#position
  }

  /** What a checkpoint needs. */
  get last(): { position: RowPosition | null; lastRow: string | null } {
    return { position: this.#position, lastRow: this.#lastRowHash() }
  }

  /** Adds a row that was read. Its messages, if any, are the last ones appended. */
  add(entry: Entry): void {
    const { from, to, bytes, rejection } = entry
    const { live } = this
    live.rows++
    live.sent += to - from
    live.bytes += bytes
    if (rejection) live.rejected++
    else if (from === to) live.skipped++
    this.#ledger.add(entry)
    if (from === to) this.#confirm()
  }

  /** The server refused `count` messages from a place on, which will be settled next. */
  refuse(sequence: number, count: number, refusal: Refusal): void {
    for (let place = sequence; place < sequence + count; place++) this.#refusals.set(place, refusal)
  }

  /** `count` messages from a place on were delivered or refused. */
  settle(sequence: number, count: number): void {
    this.#ledger.settle(sequence, count)
    this.#confirm()
  }

  #confirm(): void {
    const { rows } = this.#totals
    for (const entry of this.#ledger.done()) {
      this.#count(entry)
      this.#position = entry.position
      this.#lastRow = entry
    }
    if (this.#totals.rows > rows) this.#listener.done()
  }

  #count(entry: Entry): void {
    const totals = this.#totals
    const { from, to, bytes, first, last } = entry
    const refusals = this.#takeRefusals(from, to)
    totals.rows++
    totals.messages += to - from
    totals.failed += refusals.length
    totals.delivered += to - from - refusals.length
    totals.bytes += bytes
    if (first !== undefined && last !== undefined) totals.span(first, last)
    const rejection = entry.rejection ?? refusals[0]
    if (rejection) this.#reject(entry, rejection)
    else if (from === to) totals.skipped++
  }

  #reject({ position, row, rejection }: Entry, { kind, reason, status }: Refusal): void {
    const totals = this.#totals
    totals.reject(kind)
    // It was rejected only now, because the server refused its messages.
    if (!rejection) this.live.rejected++
    const { text, csv } = rejection ?? {}
    const content = text === undefined ? { row } : csv === undefined ? { text } : { text, csv }
    try {
      // Where the other readers are says nothing of this row.
      const place = position.readers ? { key: position.key } : position
      this.#rejects.add({ ...place, reason, ...content }, status)
    } catch (error) {
      this.#listener.rejectsFailed(error)
    }
    if (isTooMany(totals, this.#maxRejects)) {
      this.#listener.tooManyRejects(totals.rejected, totals.rows)
    }
  }

  #takeRefusals(from: number, to: number): Refusal[] {
    if (this.#refusals.size === 0) return []
    const taken: Refusal[] = []
    for (let place = from; place < to; place++) {
      const refusal = this.#refusals.get(place)
      if (refusal && this.#refusals.delete(place)) taken.push(refusal)
    }
    return taken
  }

  #lastRowHash(): string | null {
    if (!('row' in this.#lastRow)) return this.#lastRow.hash
    // Other sources have a fingerprint.
    const hash = this.#source instanceof IterableSource ? hashOfRow(this.#lastRow.row) : null
    this.#lastRow = { hash }
    return hash
  }
}

/** Whether more rows were rejected than `maxRejects` allows. */
export function isTooMany(
  { rejected, rows }: { rejected: number; rows: number },
  maxRejects: RejectsLimit | undefined,
): boolean {
  if (!maxRejects) return false
  if (rejected > maxRejects.count) return true
  return rows >= leastRowsForShare && rejected / rows > maxRejects.share
}

/** Null if it cannot be written as JSON. */
export function hashOfRow(row: unknown): string | null {
  try {
    return hashOf(JSON.stringify(row))
  } catch {
    return null
  }
}
