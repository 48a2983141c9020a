// Where messages wait until they are delivered or have failed.

import type { Batch, Receipt } from './batch.js'

/** How a message fared: it waits; it is too large; there is no room. */
export type Appended = 'accepted' | 'too_large' | 'full'

/**
 * A FIFO of batches. `append` must be synchronous: once it has said 'accepted' the message is the outbox's to keep.
 * A batch that was taken stays in the counts until it is settled.
 */
export interface Outbox {
  /** Messages not yet settled, those taken included. */
  readonly count: number
  /** Their bytes. */
  readonly bytes: number
  /** When the oldest of them was accepted, in milliseconds since the epoch. */
  readonly oldest: number | undefined
  /** The place that the next accepted message will have. */
  readonly nextSequence: number
  append(text: string, receipt: Receipt | undefined): Appended
  /** The batch that would be taken next. */
  readonly next: Batch | undefined
  /** Whether that batch will not grow any more. */
  readonly nextIsFull: boolean
  /** Takes the oldest batch that nobody has taken. */
  take(): Batch | undefined
  /** Puts parts of a taken batch in its place, at the front. */
  replace(batch: Batch, parts: Batch[]): void
  /** Forgets a taken batch: its messages are delivered, or have failed. False where it was settled before. */
  settle(batch: Batch): boolean
  /** Takes everything that is not settled, what others have taken included, in order. */
  takeAll(): Batch[]
}
