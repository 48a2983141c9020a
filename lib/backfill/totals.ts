// Counts what has become of the rows, up to the last one that is done.

import type { BackfillReport } from './report.js'

/** How many kinds of rejections are counted separately. */
const maxKinds = 100

type Counts =
  | 'rows'
  | 'messages'
  | 'delivered'
  | 'failed'
  | 'skipped'
  | 'rejected'
  | 'rejectedByReason'
  | 'bytes'
type Bounds = 'firstTimestamp' | 'lastTimestamp'

/** What a checkpoint keeps of the report. */
export type TotalsData = Pick<BackfillReport, Counts> & Partial<Pick<BackfillReport, Bounds>>

export class Totals implements TotalsData {
  rows = 0
  messages = 0
  delivered = 0
  failed = 0
  skipped = 0
  rejected = 0
  rejectedByReason: Record<string, number> = {}
  bytes = 0
  firstTimestamp: string | undefined
  lastTimestamp: string | undefined

  /** @param earlier the totals of the run that is resumed */
  constructor(earlier?: TotalsData) {
    if (!earlier) return
    Object.assign(this, earlier)
    this.rejectedByReason = { ...earlier.rejectedByReason }
  }

  /** @returns the number of rejections of this kind */
  reject(kind: string): number {
    this.rejected++
    const counts = this.rejectedByReason
    const key =
      Object.hasOwn(counts, kind) || Object.keys(counts).length < maxKinds ? kind : 'other'
    return (counts[key] = (counts[key] ?? 0) + 1)
  }

  /** Extends the range of timestamps. ISO-8601 in UTC sorts as text. */
  span(first: string, last: string): void {
    if (this.firstTimestamp === undefined || first < this.firstTimestamp)
      this.firstTimestamp = first
    if (this.lastTimestamp === undefined || last > this.lastTimestamp) this.lastTimestamp = last
  }

  data(): TotalsData {
    const { rows, messages, delivered, failed, skipped, rejected, bytes } = this
    const { firstTimestamp, lastTimestamp } = this
    const rejectedByReason = { ...this.rejectedByReason }
    const counts = { rows, messages, delivered, failed, skipped, rejected, rejectedByReason, bytes }
    return { ...counts, firstTimestamp, lastTimestamp }
  }
}
