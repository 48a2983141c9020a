// Where messages wait until they are delivered or have failed.

import type { Batch, SettleToken } from './batch.js'

/** What became of a message: it waits, it is too large, or there is no room. */
export type Appended = 'accepted' | 'too_large' | 'full'

/** What is known about waiting messages without reading them. */
export interface Waiting {
  /** The place of the first among all messages of the client. */
  readonly sequence: number
  readonly count: number
  /** When the first of them was accepted, in milliseconds since the epoch. */
  readonly since: number
}

/** Messages that an outbox has lost. */
export interface Lost {
  readonly sequence: number
  readonly count: number
  readonly reason: string
  readonly cause?: Error | undefined
  readonly tokens: readonly SettleToken[]
}

/** What an outbox reports to its owner. None of these throws. */
export interface OutboxListener {
  /** Called during an append: these gave way to a newer message (`drop-oldest`), and are no longer in the outbox. */
  dropped(batch: Batch): void
  /** Messages of an earlier process were taken over, and are now in the outbox. */
  restored(count: number): void
  /** Messages are lost, and no longer in the outbox. */
  lost(lost: Lost): void
  /** Something can be taken that could not be before. */
  ready(): void
  /** Something that the operator of the process should know. */
  warn(text: string): void
}

/** What a client passes to its outbox. Sizes are bytes. */
export interface OutboxSettings {
  maxBatchSize: number
  maxBatchBytes: number
  maxMessageBytes: number
  maxQueueBytes: number
  overflow: 'drop-newest' | 'drop-oldest'
  /** Identifies the write key without giving it away. */
  source: string
  listener: OutboxListener
}

/** What `memory()` and `directory()` return, for the option `outbox`. How it opens an outbox is internal. */
export interface OutboxFactory {
  /** @internal */
  (settings: OutboxSettings): Outbox
  /** The default of the option `maxQueueBytes`. */
  readonly maxQueueBytes?: number
}

/**
 * @internal
 * A FIFO of batches. `append` must be synchronous: once it has returned 'accepted', the outbox keeps the message. A batch
 * that was taken stays in the counts until it is settled.
 */
export interface Outbox {
  /**
   * Whether what it holds survives this process. Then nothing of it fails because a time limit or the retries are used
   * up: the next process delivers what is left.
   */
  readonly isDurable: boolean
  /** Durable ones: how old a message may become, in milliseconds. */
  readonly maxAge: number
  /** The largest message, in bytes. */
  readonly maxMessageBytes: number
  /** Messages not yet settled, including those taken. */
  readonly count: number
  /** Their bytes. */
  readonly bytes: number
  /** When the oldest of them was accepted, in milliseconds since the epoch. */
  readonly oldest: number | undefined
  /** The place that the next accepted message will have. */
  readonly nextSequence: number
  /** Why there is no room, if not because of `maxQueueBytes`. */
  readonly obstacle?: string | undefined
  append(text: string, token: SettleToken | undefined): Appended
  /** What will be taken next. */
  readonly next: Waiting | undefined
  /** Whether that will not grow any further. */
  readonly nextIsFull: boolean
  /** Takes the oldest batch that is not taken. */
  take(): Batch | undefined | Promise<Batch | undefined>
  /** Replaces a taken batch by its parts, at the front. */
  replace(batch: Batch, parts: Batch[]): void
  /** Durable ones: puts a taken batch aside for some time. Returns false if it was settled before. */
  postpone?(batch: Batch): boolean
  /** What is put aside at present. */
  readonly postponed?: readonly Waiting[]
  /** Removes a taken batch: its messages are delivered, or have failed. Returns false if it was settled before. */
  settle(batch: Batch): boolean
  /** Takes what can be delivered at once, synchronously and in order, including what is already taken. */
  takeAll(): Batch[]
  /** Splits taken messages, from a place on, into a taken batch of their own; undefined if they are not taken. */
  carve(sequence: number, count: number): Batch | undefined
  /** Resolves when what an earlier process left is loaded, to be taken first. Never rejects. */
  open?(): Promise<void>
  /** Releases everything. What a durable one still holds is left to other processes. Never throws. */
  close?(): void
}
