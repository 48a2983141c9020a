// Where messages wait until they are delivered or have failed.

import type { Batch, SettleToken } from './batch.js'

/** How a message fared: it waits; it is too large; there is no room. */
export type Appended = 'accepted' | 'too_large' | 'full'

/** What can be said of messages that wait without reading them. */
export interface Waiting {
  /** The place of the first among all of the client's. */
  readonly sequence: number
  readonly count: number
  /** When the first of them was accepted, in milliseconds since the epoch. */
  readonly since: number
}

/** Messages that an outbox was to keep, and can't give back. */
export interface Lost {
  readonly sequence: number
  readonly count: number
  readonly reason: string
  readonly cause?: Error | undefined
  readonly tokens: readonly SettleToken[]
}

/** What an outbox tells its owner. None of these throws. */
export interface OutboxListener {
  /** Within an append: these gave way to a newer message (`drop-oldest`). They are not in the outbox any more. */
  dropped(batch: Batch): void
  /** Messages of an earlier process were taken over. They are in the outbox now. */
  restored(count: number): void
  /** Messages are lost. They are not in the outbox any more. */
  lost(lost: Lost): void
  /** Something can be taken that could not be before. */
  ready(): void
  /** Something that the operator of the process should know. */
  warn(text: string): void
}

/** What a client asks of its outbox. Sizes are bytes. */
export interface OutboxSettings {
  maxBatchSize: number
  maxBatchBytes: number
  maxMessageBytes: number
  maxQueueBytes: number
  overflow: 'drop-newest' | 'drop-oldest'
  /** The same for all clients of one write key, and for no others; it does not give the key away. */
  source: string
  listener: OutboxListener
}

/** What `memory()` and `directory()` return, for the option `outbox`. How it opens an outbox is internal. */
export interface OutboxFactory {
  /** @internal */
  (settings: OutboxSettings): Outbox
  /** What the option `maxQueueBytes` is where it is not given. */
  readonly maxQueueBytes?: number
}

/**
 * @internal
 * A FIFO of batches. `append` must be synchronous: once it has said 'accepted' the message is the outbox's to keep.
 * A batch that was taken stays in the counts until it is settled.
 */
export interface Outbox {
  /**
   * Whether what it holds survives this process. Then nothing of it fails because a time or a number of tries has run
   * out: what is left is for the next process to deliver.
   */
  readonly isDurable: boolean
  /** Durable ones: how old a message may become, in milliseconds. */
  readonly maxAge: number
  /** The size that a message may have, in bytes. */
  readonly maxMessageBytes: number
  /** Messages not yet settled, those taken included. */
  readonly count: number
  /** Their bytes. */
  readonly bytes: number
  /** When the oldest of them was accepted, in milliseconds since the epoch. */
  readonly oldest: number | undefined
  /** The place that the next accepted message will have. */
  readonly nextSequence: number
  /** Why there is no room, where that is not `maxQueueBytes`. */
  readonly obstacle?: string | undefined
  append(text: string, token: SettleToken | undefined): Appended
  /** What would be taken next. */
  readonly next: Waiting | undefined
  /** Whether that will not grow any more. */
  readonly nextIsFull: boolean
  /** Takes the oldest batch that nobody has taken. */
  take(): Batch | undefined | Promise<Batch | undefined>
  /** Puts parts of a taken batch in its place, at the front. */
  replace(batch: Batch, parts: Batch[]): void
  /** Durable ones: puts a taken batch aside, and back after some time. False if it was settled before. */
  postpone?(batch: Batch): boolean
  /** What was put aside, and is not back yet. */
  readonly postponed?: readonly Waiting[]
  /** Forgets a taken batch: its messages are delivered, or have failed. False if it was settled before. */
  settle(batch: Batch): boolean
  /** Takes what can be delivered at once, synchronously and in order; what others have taken is included. */
  takeAll(): Batch[]
  /** Of what is taken, the messages from a place on, as a taken batch of their own; undefined if there are none. */
  carve(sequence: number, count: number): Batch | undefined
  /** Resolves when what an earlier process has left is there, to be taken first. Never rejects. */
  open?(): Promise<void>
  /** Lets go of everything; what a durable one still holds, another process may have. Never throws. */
  close?(): void
}
