// The interface of a queue that several processes share: batches are handed over to it, and workers deliver them.

import type { BatchSink, SealedBatch } from './batch-sink.js'

/** What `bullmq()` and `graphileWorker()` return, for the option `delivery`. How it hands over is internal. */
export interface QueueFactory {
  /** @internal */
  (settings: QueueSettings): QueueCarrier
  /** @internal For messages: where the queue is, without a password. */
  readonly place: string
  /** @internal Differs from that of another queue or another source. Without a password. */
  readonly target: string
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

/** @internal Hands batches over. The jobs of a batch have names, so that it is not there twice if it is handed over again. */
export interface HandoverSink extends BatchSink {
  /** How the names of its jobs begin; undefined if no attempt has been made. */
  jobsOf(batch: SealedBatch): string | undefined
  /** Sets how the names of its jobs begin. */
  nameJobs(batch: SealedBatch, name: string): void
}

/** @internal What another process needs to hand over to the same queue. */
export interface PackedQueue {
  /** Which of the programs beside that of the last delivery can do it. */
  readonly engine: 'bullmq' | 'graphile-worker'
  /** As JSON. It may have passwords. */
  readonly options: object
}

/** @internal What such a program exports. */
export interface QueueProgram {
  openQueue(options: object, settings: QueueSettings): QueueCarrier
}

/** @internal The jobs of a queue. */
export interface Backlog {
  /** They wait, or are in delivery. */
  readonly waiting: number
  /** They will not be tried again. */
  readonly failed: number
}

/** @internal */
export interface QueueCarrier {
  readonly sink: HandoverSink
  /**
   * What another process needs.
   *
   * @throws Error if it cannot be carried over
   */
  pack(): PackedQueue
  /**
   * How many of its jobs are not delivered yet, of all sources.
   *
   * @throws Error that says why the queue does not answer, in words that show no password
   */
  backlog(): Promise<Backlog>
  /** Releases the connections that are its own. Never throws. */
  close(): void
}
