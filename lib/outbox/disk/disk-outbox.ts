// The outbox in a directory: every message is in a file before its call returns.
//
//   append ──► growing ──full──► queue ──take──► in flight ──settle──► gone
//                 │              ▲  ▲                │
//                 └─────take─────┼──┼──────────────► │   the growing batch goes when nothing older waits
//                                │  └──replace────── │   put back: halves of a split batch, a cancelled request
//                                │                   │
//                                └──10 min── postponed ◄──postpone
//
//   dead client ──recovery──► queue, before our own
//
// growing     its file grows with it, one write per message; there is at most one
// queue       the file is complete; it is read back when the batch is taken, unless there was memory to keep it
// in flight   `FilesInFlight` has the file, settles it message by message, and removes it with the last
// postponed   only in the file, out of the way of the others
// gone        delivered, failed, dropped or lost: its file is removed, or its messages are marked in it
//
// Each arrow is one synchronous change. The listener is called after it, when the state is consistent again.

import { errorCode, toError } from '../../runtime/describe-value.js'
import { idleTimer } from '../../runtime/timer.js'
import type { Batch, SettleToken } from '../batch.js'
import { OpenBatch } from '../open-batch.js'
import type { Appended, Lost, Outbox, OutboxListener, OutboxSettings, Waiting } from '../outbox.js'
import { InFlightBatches } from '../in-flight.js'
import { BatchQueue } from './batch-queue.js'
import { FilesInFlight } from './files-in-flight.js'
import { SegmentWriter, type SegmentWriterSettings } from './segment-writer.js'
import { Quota } from './quota.js'
import { RecoveryLoop } from './recovery-loop.js'
import { isPassing } from './regular-file.js'
import { load, loadNow, type FoundFile, type Loaded } from './segment-reader.js'
import { StoredFile, type StoredBatch } from './stored-file.js'

export interface DiskOutboxSettings extends Omit<SegmentWriterSettings, 'source'> {
  maxAge: number
  claimInterval: number
}

/** When a postponed batch is retried, in milliseconds. */
const postponement = 10 * 60_000

/** When a file is read again that could not be opened for lack of descriptors or memory, in milliseconds. */
const readAgainAfter = 1_000

export class DiskOutbox implements Outbox {
  readonly isDurable = true
  readonly maxAge: number
  readonly #dropsOldest: boolean
  readonly #listener: OutboxListener
  readonly #writer: SegmentWriter
  readonly #files: FilesInFlight
  readonly #growing: OpenBatch
  readonly #queue = new BatchQueue()
  readonly #inFlight = new InFlightBatches()
  readonly #quota: Quota
  readonly #recovery: RecoveryLoop
  readonly #onFull = (batch: Batch): void => this.#enqueueFull(batch)
  /** Losses found during a call, reported after it. Until then their messages count as pending. */
  #unreported: Lost[] = []
  #loading = 0
  #nextSequence = 0
  #obstacle: string | undefined
  #isClosed = false

  constructor(settings: DiskOutboxSettings, limits: OutboxSettings) {
    this.maxAge = settings.maxAge
    this.#dropsOldest = limits.overflow === 'drop-oldest'
    this.#listener = limits.listener
    this.#quota = new Quota(limits.maxQueueBytes)
    const warn = (text: string): void => this.#listener.warn(text)
    this.#files = new FilesInFlight(warn)
    this.#growing = new OpenBatch(limits)
    this.#writer = new SegmentWriter({ ...settings, source: limits.source }, warn)
    this.#recovery = new RecoveryLoop({
      writer: this.#writer,
      growing: this.#growing,
      interval: settings.claimInterval,
      warn,
      onFound: (directory, files) => this.#adopt(directory, files),
      onOthersBytes: (bytes) => {
        this.#quota.othersBytes = bytes
        this.#reportLosses()
      },
    })
  }

  get maxMessageBytes(): number {
    return this.#growing.maxMessageBytes
  }

  get count(): number {
    return this.#quota.count
  }

  get bytes(): number {
    return this.#quota.bytes
  }

  get nextSequence(): number {
    return this.#nextSequence
  }

  get obstacle(): string | undefined {
    return this.#obstacle
  }

  get postponed(): readonly Waiting[] {
    return this.#queue.postponed
  }

  get oldest(): number | undefined {
    const postponed = this.#queue.postponed.map(({ since }) => since)
    const ages = [this.#inFlight.oldest, this.next?.since, ...postponed]
    const known = ages.filter((age) => age !== undefined)
    return known.length === 0 ? undefined : Math.min(...known)
  }

  /** It may throw near the end of the stack. Then the message is neither in the outbox nor in its file. */
  append(text: string, token: SettleToken | undefined): Appended {
    const size = this.#growing.write(text, this.#nextSequence, this.#onFull)
    if (size === undefined) return 'too_large'
    this.#obstacle = undefined
    if (this.#quota.fits(size)) return this.#store(size, token)
    const dropped: Batch[] = []
    try {
      return this.#makeRoom(size, dropped) ? this.#store(size, token) : 'full'
    } finally {
      for (const batch of dropped) this.#listener.dropped(batch)
    }
  }

  get next(): Waiting | undefined {
    return this.#queue.next ?? this.#growing.batch
  }

  get nextIsFull(): boolean {
    return this.#queue.next !== undefined
  }

  take(): Batch | undefined | Promise<Batch | undefined> {
    const stored = this.#queue.shift()
    if (stored) {
      if (!stored.batch) return this.#takeFromFile(stored)
      this.#files.add(stored.file)
      this.#inFlight.add(stored.batch)
      return stored.batch
    }
    const batch = this.#growing.take()
    if (!batch) return undefined
    this.#files.add(this.#writer.endFile(batch))
    this.#inFlight.add(batch)
    return batch
  }

  replace(batch: Batch, parts: Batch[]): void {
    if (!this.#inFlight.delete(batch)) return
    this.#queue.putFirst(parts.map((part) => this.#stored(part, part)))
  }

  postpone(batch: Batch): boolean {
    if (!this.#inFlight.delete(batch)) return false
    // Many may be postponed, and for a long time: the file is enough.
    const stored = this.#stored(batch, this.#files.canReadBack(batch) ? undefined : batch)
    this.#queue.postpone(stored)
    this.#later(postponement, () => this.#queue.resume(stored))
    return true
  }

  settle(batch: Batch): boolean {
    if (!this.#inFlight.delete(batch)) return false
    this.#quota.count -= batch.count
    this.#quota.bytes -= batch.size
    this.#files.settle(batch)
    return true
  }

  takeAll(): Batch[] {
    // What is only on disk comes first: sending what is in memory now would break the order.
    if (this.#loading > 0 || !this.#queue.isInMemory) return []
    while (this.take());
    return this.#inFlight.all()
  }

  carve(sequence: number, count: number): Batch | undefined {
    return this.#inFlight.carve(sequence, count)
  }

  async open(): Promise<void> {
    await this.#recovery.look()
  }

  close(): void {
    this.#isClosed = true
    this.#recovery.end()
    const batch = this.#growing.take()
    if (batch) this.#writer.sealFile(batch)
    this.#writer.leave()
  }

  #store(size: number, token: SettleToken | undefined): Appended {
    try {
      this.#writer.write(this.#growing, size)
    } catch (error) {
      this.#obstacle = `the directory of the outbox cannot be written: ${errorCode(error)}`
      return 'full'
    }
    try {
      this.#growing.add(size, token)
    } catch (error) {
      this.#writer.undo()
      throw error
    }
    // No function is called from here on: near the end of the stack all of this happens, or none.
    this.#quota.bytes += size
    this.#quota.count++
    this.#nextSequence++
    return 'accepted'
  }

  /** Adds what was taken over from a dead client. */
  #adopt(directory: string, found: FoundFile[]): void {
    this.#files.adopt(directory, found.length)
    if (found.length === 0) return
    // The places of a batch are consecutive: new messages must not join a batch that began before these.
    const growing = this.#growing.take()
    if (growing) this.#enqueueFull(growing)
    let total = 0
    for (const { path, origin, count, bytes, since } of found) {
      const sequence = this.#nextSequence
      const file = new StoredFile({ path, origin, sequence, count })
      this.#queue.putFirst([{ file, sequence, count, bytes, since }])
      this.#nextSequence += count
      this.#quota.bytes += bytes
      total += count
    }
    this.#quota.count += total
    this.#listener.restored(total)
    this.#listener.ready()
  }

  /** The growing batch has become full. If it throws, nothing has changed. */
  #enqueueFull(batch: Batch): void {
    const kept = this.#queue.hasMemoryFor(batch) ? batch : undefined
    const waits = waitsOf(batch)
    this.#queue.push({ ...waits, file: this.#writer.sealFile(batch), batch: kept })
  }

  async #takeFromFile(stored: StoredBatch): Promise<Batch | undefined> {
    this.#loading++
    try {
      const batch = this.#takeLoaded(stored, await load(stored))
      return batch ?? (await this.take())
    } catch (error) {
      const lost = this.#unreadable(stored, toError(error))
      if (lost) this.#reportLost(lost)
      return undefined
    } finally {
      this.#loading--
    }
  }

  /** Puts a batch that was read in flight, and reports what is missing in it. */
  #takeLoaded(stored: StoredBatch, loaded: Loaded): Batch | undefined {
    const lost = this.#check(stored, loaded)
    if (loaded.batch) this.#inFlight.add(loaded.batch)
    if (lost) this.#reportLost(lost)
    return loaded.batch
  }

  /** Reports what is missing in a batch that was read. */
  #check(stored: StoredBatch, loaded: Loaded): Lost | undefined {
    const { batch, lost, lostTokens, reason, isDamaged } = loaded
    const { file, sequence, bytes } = stored
    this.#files.add(file)
    if (isDamaged && lost === 0) file.isDamaged = true
    // If some are damaged, the number of messages was only estimated from the file's size.
    this.#quota.bytes += (batch?.size ?? 0) - bytes
    if (lost === 0) return undefined
    this.#files.lose({ sequence, count: lost }, isDamaged)
    return { sequence, count: lost, reason, tokens: lostTokens }
  }

  /** Reports a batch that cannot be read; undefined if it can be read later. */
  #unreadable(stored: StoredBatch, cause: Error): Lost | undefined {
    if (isPassing(cause)) {
      this.#later(readAgainAfter, () => this.#queue.putFirst([stored]))
      return undefined
    }
    const { sequence, count, bytes, tokens } = stored
    this.#quota.bytes -= bytes
    this.#files.abandon(stored)
    const reason = `a file of the outbox cannot be read: ${errorCode(cause)}`
    return { sequence, count, reason, cause, tokens: [...(tokens?.values() ?? [])] }
  }

  #reportLost(lost: Lost): void {
    this.#quota.count -= lost.count
    this.#listener.lost(lost)
  }

  /** Makes a batch in flight wait again. */
  #stored(batch: Batch, kept: Batch | undefined): StoredBatch {
    const waits = waitsOf(batch)
    const file = this.#files.fileOf(batch.sequence)
    if (!file) return { ...waits, file: nowhere(batch), batch }
    if (!file.isWholeIn(batch)) return { ...waits, file, batch: kept }
    this.#files.release(file)
    return { ...waits, file }
  }

  /** @param dropped receives what was removed */
  #makeRoom(size: number, dropped: Batch[]): boolean {
    // Nothing should be dropped if that would not help: the rest may belong to others, or be in flight.
    if (!this.#dropsOldest || !this.#quota.fits(size, this.#queue.size)) return false
    while (!this.#quota.fits(size)) {
      // A file is dropped as a whole.
      const oldest = this.#queue.shift()
      if (!oldest) return false
      const batch = this.#drop(oldest)
      if (batch) dropped.push(batch)
    }
    return true
  }

  #drop(stored: StoredBatch): Batch | undefined {
    const batch = stored.batch ?? this.#loadWithinCall(stored)
    if (!batch) return undefined
    this.#files.add(stored.file)
    this.#quota.count -= batch.count
    this.#quota.bytes -= batch.size
    this.#files.settle(batch)
    return batch
  }

  #loadWithinCall(stored: StoredBatch): Batch | undefined {
    let loaded: Loaded | undefined
    let lost: Lost | undefined
    try {
      loaded = loadNow(stored)
      lost = this.#check(stored, loaded)
    } catch (error) {
      lost = this.#unreadable(stored, toError(error))
    }
    if (lost) this.#reportAfterCall(lost)
    return loaded?.batch
  }

  #reportAfterCall(lost: Lost): void {
    this.#unreported.push(lost)
    try {
      queueMicrotask(() => this.#reportLosses())
    } catch {
      // Near the end of the stack: the next search reports it.
    }
  }

  #reportLosses(): void {
    for (const lost of this.#unreported.splice(0)) this.#reportLost(lost)
  }

  #later(milliseconds: number, change: () => void): void {
    idleTimer(() => {
      if (this.#isClosed) return
      change()
      this.#listener.ready()
    }, milliseconds)
  }
}

function waitsOf(batch: Batch): Omit<StoredBatch, 'file'> {
  const { sequence, count, size, since } = batch
  const tokens = batch.hasTokens ? new Map(batch.tokens()) : undefined
  return { sequence, count, bytes: size, since, tokens }
}

/** The file of messages that are no longer in any. */
function nowhere({ sequence, count }: Batch): StoredFile {
  return new StoredFile({ path: '', origin: '', sequence, count })
}
