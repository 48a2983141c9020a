// The interface between delivery and what carries batches: HTTP, or a queue.

import type { AttemptResult } from './transport/answer.js'

/** A batch that accepts no more messages. `body()` is what is sent. */
export interface SealedBatch {
  /** How many messages it has. */
  readonly count: number
  /**
   * The JSON text of the batch, with the time at which it is sent. Valid until the next call.
   *
   * @throws CorruptBatch if its memory does not hold the messages that were written to it
   */
  body(): Buffer
  /** One of its messages, as JSON text. */
  text(index: number): string
}

/** Carries sealed batches to their destination. HTTP is one implementation, a shared queue is another. */
export interface BatchSink {
  /** The time that one attempt may take, in milliseconds. */
  readonly timeout: number
  /**
   * Makes one attempt, and never retries. A failed attempt is a result, too.
   *
   * @param attempt how many attempts were made before, for the same batch
   * @param signal aborted when the attempt is no longer wanted
   * @throws CorruptBatch from `body()`
   */
  send(batch: SealedBatch, attempt: number, signal: AbortSignal): Promise<AttemptResult>
}
