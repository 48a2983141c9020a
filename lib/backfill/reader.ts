// Reads rows, turns them into messages, and appends these no faster than they are sent.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { toError } from '../runtime/describe-value.js'
import { within } from '../runtime/within.js'
import { hashOfRow, type RowTracker } from './row-tracker.js'
import type { Checkpoint } from './checkpoint.js'
import type { PacedDelivery } from '../delivery/paced/paced-delivery.js'
import { IterableSource } from './iterable-source.js'
import type { Rejection } from './settlement-ledger.js'
import { rejectionOf, type MadeMessage, type RowMapping } from './mapping.js'
import type { BackfillSettings } from './read-options.js'
import type { Rejects } from './rejects.js'
import { BackfillError } from './report.js'
import type { BackfillSource, BrokenRow, RowPosition, SourceRow } from './sources/source.js'

/** How many rows without messages may wait for those before them, and the memory that rejected ones may take. */
const maxIdleRows = 5_000
const maxHeldBytes = 8 * 1024 * 1024
/** The most bytes of lines for the rejects file that may be unwritten. */
const maxRejectsBytes = 1024 * 1024
/** How long a source may take to close, in milliseconds. */
const closing = 1_000
/** How long reading and mapping may block the event loop, in milliseconds. */
export const longestTurn = 10

export interface ReaderParts {
  readonly settings: BackfillSettings
  readonly source: BackfillSource
  readonly start: Checkpoint | undefined
  readonly delivery: PacedDelivery
  readonly tracker: RowTracker
  readonly rejects: Rejects
  readonly mapping: RowMapping
}

export class Reader {
  readonly #parts: ReaderParts
  #isWaiting = false
  #stopped = false
  #room: (() => void) | undefined
  #iterator: AsyncIterator<SourceRow | BrokenRow> | undefined

  constructor(parts: ReaderParts) {
    this.#parts = parts
  }

  /** Whether it is waiting for the source. */
  get isWaiting(): boolean {
    return this.#isWaiting
  }

  /** Ignores everything that the source or the mapping may still return. */
  stop(): void {
    this.#stopped = true
    this.giveRoom()
  }

  /** Call this when something was settled or written: checks again whether there is room. */
  giveRoom(): void {
    this.#room?.()
    this.#room = undefined
  }

  /**
   * @returns true at the end of the source; false if `limit` or `stop()` came first
   * @throws BackfillError `source_failed`, `changed`
   */
  async read(): Promise<boolean> {
    const { source, start, tracker } = this.#parts
    const position = start?.position ?? null
    const after = position === null ? undefined : { position, rows: tracker.live.rows }
    try {
      if (this.#stopped) return false
      const iterator = source.open(after)[Symbol.asyncIterator]()
      this.#iterator = iterator
      if (source instanceof IterableSource && after) await this.#compareLast(iterator)
      return await this.#readRows(iterator)
    } catch (error) {
      if (error instanceof BackfillError) throw error
      const reason = `the source failed: ${toError(error).message}`
      throw new BackfillError('source_failed', reason, { cause: error })
    }
  }

  /** Lets the source close its file or connection. Waits for a second at most, because it may hang. */
  async close(): Promise<void> {
    const closed = Promise.resolve(this.#iterator?.return?.()).catch(() => undefined)
    await within(closing, closed)
  }

  async #readRows(iterator: AsyncIterator<SourceRow | BrokenRow>): Promise<boolean> {
    const { tracker, settings } = this.#parts
    let turnEnds = performance.now() + longestTurn
    while (tracker.live.rows < settings.limit) {
      if (!this.#hasRoom) await this.#untilRoom()
      if (this.#stopped) return false
      this.#isWaiting = true
      const next = await iterator.next()
      this.#isWaiting = false
      if (this.#hasStopped()) return false
      if (next.done === true) return true
      const isTaken = this.#take(next.value)
      if (isTaken) await isTaken
      // A source that never waits would block the event loop.
      if (performance.now() < turnEnds) continue
      await nextTurn()
      turnEnds = performance.now() + longestTurn
    }
    return false
  }

  /** A method, because the compiler assumes that fields do not change during an await. */
  #hasStopped(): boolean {
    return this.#stopped
  }

  /** A list has no fingerprint, but the last row that was done can be compared. */
  async #compareLast(iterator: AsyncIterator<SourceRow | BrokenRow>): Promise<void> {
    const { start, settings, tracker } = this.#parts
    const next = await iterator.next()
    const isSame =
      next.done !== true && 'row' in next.value && hashOfRow(next.value.row) === start?.lastRow
    if (isSame || settings.acceptChanges) return
    throw new BackfillError(
      'changed',
      `the source is not that of the checkpoint: its row ${tracker.live.rows} is another one; ` +
        'resume: false begins at the first row, acceptChanges: true resumes all the same',
    )
  }

  #take(read: SourceRow | BrokenRow): Promise<void> | undefined {
    const { position } = read
    if (!('row' in read)) {
      const { broken, text, csv } = read
      this.#reject(position, undefined, { kind: 'not readable', reason: broken, text, csv })
      return undefined
    }
    const { row } = read
    try {
      const messages = this.#parts.mapping.messagesOf(row, position)
      if (!Array.isArray(messages)) return this.#takeLater(messages, position, row)
      this.#append(position, row, messages)
    } catch (error) {
      this.#reject(position, row, rejectionOf(error))
    }
    return undefined
  }

  async #takeLater(
    messages: Promise<MadeMessage[]>,
    position: RowPosition,
    row: unknown,
  ): Promise<void> {
    try {
      const made = await messages
      if (!this.#stopped) this.#append(position, row, made)
    } catch (error) {
      if (!this.#stopped) this.#reject(position, row, rejectionOf(error))
    }
  }

  #append(position: RowPosition, row: unknown, messages: readonly MadeMessage[]): void {
    const { delivery, tracker } = this.#parts
    const { outbox } = delivery
    const { nextSequence: from, bytes: before } = outbox
    let first = messages[0]?.timestamp
    let last = first
    for (const { text, timestamp } of messages) {
      outbox.append(text)
      if (first !== undefined && timestamp !== undefined && timestamp < first) first = timestamp
      if (last !== undefined && timestamp !== undefined && timestamp > last) last = timestamp
    }
    const { nextSequence: to } = outbox
    const bytes = outbox.bytes - before
    tracker.add({ position, row, from, to, bytes, first, last })
    delivery.poke()
  }

  #reject(position: RowPosition, row: unknown, why: Omit<Rejection, 'weight'>): void {
    const { delivery, tracker } = this.#parts
    const { nextSequence: from } = delivery.outbox
    const rejection = { ...why, weight: why.text?.length ?? weightOf(row) }
    tracker.add({ position, row, from, to: from, bytes: 0, rejection })
  }

  get #hasRoom(): boolean {
    const { delivery, rejects, settings } = this.#parts
    const { outbox, window } = delivery
    const { maxInFlight, maxBatchBytes } = settings.client
    return (
      outbox.bytes < (maxInFlight + 1) * maxBatchBytes &&
      outbox.count < window &&
      this.#hasRoomForRows &&
      rejects.waiting < maxRejectsBytes
    )
  }

  get #hasRoomForRows(): boolean {
    const { tracker, delivery } = this.#parts
    const { rows, weight } = tracker.waiting
    return rows < delivery.window + maxIdleRows && weight < maxHeldBytes
  }

  async #untilRoom(): Promise<void> {
    const { delivery } = this.#parts
    while (!this.#hasRoom && !this.#stopped) {
      // While nothing is read, waiting batches will not fill up.
      delivery.outbox.isImpatient = !this.#hasRoomForRows
      delivery.poke()
      await new Promise<void>((resolve) => (this.#room = resolve))
    }
    delivery.outbox.isImpatient = false
  }
}

/** About how much memory a row takes. */
function weightOf(row: unknown): number {
  try {
    return (JSON.stringify(row) as string | undefined)?.length ?? 0
  } catch {
    return 0
  }
}
