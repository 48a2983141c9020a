// The interface of a queue that several processes share: batches are handed over to it, and workers deliver them.

import type { BatchSink } from './batch-sink.js'

/** What `bullmq()` and `graphileWorker()` return, for the option `delivery`. How it hands over is internal. */
export interface QueueFactory {
  /** @internal */
  (settings: QueueSettings): QueueCarrier
  /** @internal For messages: where the queue is, without a password. */
  readonly place: string
  /** @internal Adds a message to the queue by a statement on a transaction. Undefined if the queue cannot. */
  readonly addIn?: ((db: Queryable, text: string) => Promise<void>) | undefined
}

/** Anything with the `query` of pg. The text has the placeholders `$1`, `$2` …, each once and in this order. */
export interface Queryable {
  query(text: string, values: unknown[]): PromiseLike<unknown>
}

/** What a client passes to its queue. */
export interface QueueSettings {
  /** The time that one attempt to hand over may take, in milliseconds. */
  readonly timeout: number
  /** Something that the operator of the process should know. */
  readonly warn: (text: string) => void
}

/** @internal */
export interface QueueCarrier {
  readonly sink: BatchSink
  /** Releases the connections that are its own. Never throws. */
  close(): void
}
