// The seam between delivery and what carries a batch away.

import type { AttemptResult } from './transport/answer.js'

/** A batch that takes no more messages: `body()` is what goes out. */
export interface SealedBatch {
  /**
   * The JSON text of the batch, with the time at which it is sent. Valid until the next call.
   *
   * @throws CorruptBatch if its memory does not hold the messages that were written to it
   */
  body(): Buffer
}

/** Carries sealed batches to where they are delivered. HTTP is one implementation, a queue would be another. */
export interface BatchSink {
  /** The time that one attempt may take, in milliseconds. */
  readonly timeout: number
  /**
   * Makes one attempt, and never retries. What goes wrong on the way is a result too.
   *
   * @param attempt how many were made before, of the same batch
   * @param signal aborted when the attempt is no longer wanted
   * @throws CorruptBatch from `body()`
   */
  send(batch: SealedBatch, attempt: number, signal: AbortSignal): Promise<AttemptResult>
}
