// The outbox in a directory: every message is in a file before its call returns.

import { errorCode, toError } from '../../runtime/describe-value.js'
import { idleTimer } from '../../runtime/timer.js'
import type { Batch, Receipt } from '../batch.js'
import { Growing } from '../growing.js'
import type { Appended, Outbox, OutboxListener, OutboxSettings, Waiting } from '../outbox.js'
import { TakenBatches } from '../taken.js'
import type { Claimed } from './claims.js'
import { Files } from './files.js'
import { Home, type HomeSettings } from './home.js'
import { recordOverhead } from './records.js'
import { isPassing, load, loadNow, storedIn, type Loaded, type StoredBatch } from './stored.js'

export interface DirectoryOutboxSettings extends Omit<HomeSettings, 'source'> {
  maxAge: number
  claimInterval: number
}

/** How much of what waits is kept in memory besides, in bytes: what is sent soon need not be read back. */
const mostInMemory = 4 * 1024 * 1024

/** After how long a batch that was put aside is tried again, in milliseconds. */
const postponement = 10 * 60_000

/** After how long a file is read again that could not be opened for want of descriptors or memory, in milliseconds. */
const readAgainAfter = 1_000

export class DirectoryOutbox implements Outbox {
  readonly isDurable = true
  readonly maxAge: number
  readonly #maxQueueBytes: number
  readonly #dropsOldest: boolean
  readonly #listener: OutboxListener
  readonly #home: Home
  readonly #files: Files
  readonly #growing: Growing
  readonly #taken = new TakenBatches()
  readonly #onFull = (batch: Batch): void => this.#seal(batch)
  /** What goes first: parts of batches that were put back, and what dead clients have left. */
  readonly #first: StoredBatch[] = []
  /** Full batches of our own: in order, before the growing one. */
  readonly #waiting: StoredBatch[] = []
  readonly #postponed = new Set<StoredBatch>()
  /** Directories that were taken over, and are not read yet. */
  readonly #claimed: Claimed[] = []
  readonly #timer: NodeJS.Timeout
  #loading = 0
  #count = 0
  #bytes = 0
  #othersBytes = 0
  #inMemory = 0
  #nextSequence = 0
  #obstacle: string | undefined
  #isLooking = false
  #isClosed = false

  constructor(settings: DirectoryOutboxSettings, limits: OutboxSettings) {
    this.maxAge = settings.maxAge
    this.#maxQueueBytes = limits.maxQueueBytes
    this.#dropsOldest = limits.overflow === 'drop-oldest'
    this.#listener = limits.listener
    const warn = (text: string): void => this.#listener.warn(text)
    this.#files = new Files(warn)
    this.#growing = new Growing(limits)
    this.#home = new Home({ ...settings, source: limits.source }, warn)
    this.#timer = setInterval(() => void this.#look(), settings.claimInterval)
    // Where tests replace the timers, one may be a number.
    ;(this.#timer as Partial<NodeJS.Timeout>).unref?.()
  }

  get maxMessageBytes(): number {
    return this.#growing.maxMessageBytes
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  get nextSequence(): number {
    return this.#nextSequence
  }

  get obstacle(): string | undefined {
    return this.#obstacle
  }

  get postponed(): readonly Waiting[] {
    return [...this.#postponed]
  }

  get oldest(): number | undefined {
    const ages = [this.#taken.oldest, this.next?.since, ...[...this.#postponed].map((p) => p.since)]
    const known = ages.filter((age) => age !== undefined)
    return known.length === 0 ? undefined : Math.min(...known)
  }

  append(text: string, receipt: Receipt | undefined): Appended {
    const size = this.#growing.write(text, this.#nextSequence, this.#onFull)
    if (size === undefined) return 'too_large'
    this.#obstacle = undefined
    if (!this.#hasRoomFor(size)) return 'full'
    try {
      this.#home.write(this.#growing, size)
    } catch (error) {
      this.#obstacle = `the directory of the outbox cannot be written: ${errorCode(error)}`
      return 'full'
    }
    this.#growing.add(size, receipt)
    this.#bytes += size
    this.#count++
    this.#nextSequence++
    return 'accepted'
  }

  get next(): Waiting | undefined {
    return this.#first[0] ?? this.#waiting[0] ?? this.#growing.batch
  }

  get nextIsFull(): boolean {
    return this.#first.length > 0 || this.#waiting.length > 0
  }

  take(): Batch | undefined | Promise<Batch | undefined> {
    const stored = this.#first.shift() ?? this.#waiting.shift()
    if (stored) {
      if (stored.batch) return this.#takeFromMemory(stored, stored.batch)
      return this.#takeFromFile(stored)
    }
    const batch = this.#growing.take()
    if (!batch) return undefined
    const { path, origin } = this.#home.endFile()
    this.#files.add({ path, origin, sequence: batch.sequence, count: batch.count })
    this.#taken.add(batch)
    return batch
  }

  replace(batch: Batch, parts: Batch[]): void {
    if (!this.#taken.delete(batch)) return
    const stored = parts.map((part) => this.#partOf(part))
    // Of several requests in flight a later one may have been put back first.
    const behind = this.#first.findIndex(({ sequence }) => sequence > batch.sequence)
    this.#first.splice(behind < 0 ? this.#first.length : behind, 0, ...stored)
  }

  postpone(batch: Batch): boolean {
    if (!this.#taken.delete(batch)) return false
    const stored = this.#partOf(batch)
    this.#postponed.add(stored)
    this.#later(postponement, () => {
      this.#postponed.delete(stored)
      this.#first.unshift(stored)
    })
    return true
  }

  settle(batch: Batch): boolean {
    if (!this.#taken.delete(batch)) return false
    this.#forget(batch, batch.size)
    return true
  }

  takeAll(): Batch[] {
    // What is only on disk comes before what is in memory: to send that now would break the order.
    const isInMemory = (stored: StoredBatch): boolean => stored.batch !== undefined
    if (this.#loading > 0 || this.#postponed.size > 0) return []
    if (![...this.#first, ...this.#waiting].every(isInMemory)) return []
    while (this.take());
    return this.#taken.all()
  }

  carve(sequence: number, count: number): Batch | undefined {
    return this.#taken.carve(sequence, count)
  }

  async open(): Promise<void> {
    await this.#look()
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
    const batch = this.#growing.take()
    if (batch) this.#home.sealFile(batch.count)
    this.#home.leave()
  }

  /** Looks for what dead clients have left, and shows that we are none. */
  async #look(): Promise<void> {
    if (this.#isClosed || this.#isLooking) return
    this.#isLooking = true
    try {
      await this.#home.beat(this.#growing)
      const { claimed, othersBytes } = await this.#home.sweep()
      this.#othersBytes = othersBytes
      this.#claimed.push(...claimed)
      for (const each of this.#claimed.splice(0)) await this.#adopt(each)
    } catch (error) {
      this.#listener.warn(
        `the directory of the outbox cannot be searched for what others have left: ${errorCode(error)}`,
      )
    }
    this.#isLooking = false
  }

  async #adopt(claimed: Claimed): Promise<void> {
    const found = await this.#batchesIn(claimed)
    if (!found || this.#isClosed) return
    this.#files.adopt(claimed.path, found.length)
    if (found.length === 0) return
    // The places of a batch's messages follow each other: those to come must not join one that began before these.
    const growing = this.#growing.take()
    if (growing) this.#seal(growing)
    let count = 0
    for (const each of found) {
      this.#first.push({ ...each, sequence: this.#nextSequence })
      this.#nextSequence += each.count
      this.#bytes += each.bytes
      count += each.count
    }
    this.#count += count
    this.#listener.restored(count)
    this.#listener.ready()
  }

  /** What is in a directory that was taken over; undefined where that cannot be told now. */
  async #batchesIn(claimed: Claimed): Promise<Omit<StoredBatch, 'sequence'>[] | undefined> {
    const { path, origin } = claimed
    const cannotRead = (what: string, error: unknown): void => {
      // It was given back while we read it.
      if (this.#isClosed) return
      this.#listener.warn(`${what} of the outbox cannot be read, and stays: ${errorCode(error)}`)
    }
    try {
      return await storedIn(path, origin, (name, error) => cannotRead(name, error))
    } catch (error) {
      if (isPassing(error)) this.#claimed.push(claimed)
      else cannotRead('a directory', error)
      return undefined
    }
  }

  /** The growing batch has become full. */
  #seal(batch: Batch): void {
    const file = this.#home.sealFile(batch.count)
    const keep = this.#inMemory + batch.extent <= mostInMemory
    if (keep) this.#inMemory += batch.extent
    const { sequence, count, size, since } = batch
    const receipts = batch.hasReceipts ? new Map(batch.receipts()) : undefined
    this.#waiting.push({
      ...file,
      sequence,
      count,
      bytes: size,
      since,
      receipts,
      batch: keep ? batch : undefined,
    })
  }

  #takeFromMemory(stored: StoredBatch, batch: Batch): Batch {
    if (!stored.isPart) {
      this.#inMemory -= batch.extent
      this.#files.add(stored)
    }
    this.#taken.add(batch)
    return batch
  }

  async #takeFromFile(stored: StoredBatch): Promise<Batch | undefined> {
    this.#loading++
    try {
      const loaded = await load(stored)
      this.#files.add(stored)
      const { batch } = this.#check(stored, loaded)
      if (batch) this.#taken.add(batch)
      return batch ?? (await this.take())
    } catch (error) {
      this.#cannotRead(stored, toError(error))
      return undefined
    } finally {
      this.#loading--
    }
  }

  /** Reports what is missing in a file that was read. */
  #check(stored: StoredBatch, loaded: Loaded): Loaded {
    const { batch, lost, lostReceipts, reason, isDamaged } = loaded
    const { sequence, bytes } = stored
    if (isDamaged) this.#files.markDamaged(sequence)
    // What its size said of a file's messages was an estimate, where some are damaged.
    this.#bytes += (batch?.size ?? 0) - bytes
    if (lost === 0) return loaded
    this.#forget({ sequence, count: lost }, 0)
    this.#listener.lost({ sequence, count: lost, reason, receipts: lostReceipts })
    return loaded
  }

  #cannotRead(stored: StoredBatch, cause: NodeJS.ErrnoException): void {
    if (isPassing(cause)) {
      this.#later(readAgainAfter, () => this.#first.unshift(stored))
      return
    }
    const { sequence, count, bytes, receipts } = stored
    this.#count -= count
    this.#bytes -= bytes
    this.#listener.lost({
      sequence,
      count,
      reason: `a file of the outbox cannot be read: ${errorCode(cause)}`,
      cause,
      receipts: [...(receipts?.values() ?? [])],
    })
  }

  /** A taken batch as one that waits again. Where it is all that its file holds, the file is enough. */
  #partOf(batch: Batch): StoredBatch {
    const { sequence, count, size, since } = batch
    const receipts = batch.hasReceipts ? new Map(batch.receipts()) : undefined
    const waits = { sequence, count, bytes: size, since, receipts }
    const file = this.#files.release(batch)
    if (file) return { ...waits, ...file }
    return { ...waits, path: '', origin: '', batch, isPart: true }
  }

  #forget({ sequence, count }: Pick<Waiting, 'sequence' | 'count'>, bytes: number): void {
    this.#count -= count
    this.#bytes -= bytes
    this.#files.settle({ sequence, count })
  }

  #hasRoomFor(size: number): boolean {
    if (this.#fits(size)) return true
    if (!this.#dropsOldest || !this.#wouldFit(size)) return false
    while (!this.#fits(size)) {
      // A file goes as a whole.
      const oldest = this.#first.shift() ?? this.#waiting.shift()
      if (!oldest) return false
      this.#drop(oldest)
    }
    return true
  }

  #fits(size: number, ours = this.#bytes + this.#count * recordOverhead): boolean {
    return ours + this.#othersBytes + size + recordOverhead <= this.#maxQueueBytes
  }

  /** Nothing should be dropped where that would not help: for others fill the directory, or what is being sent does. */
  #wouldFit(size: number): boolean {
    let ours = this.#bytes + this.#count * recordOverhead
    for (const { bytes, count } of [...this.#first, ...this.#waiting]) {
      ours -= bytes + count * recordOverhead
    }
    return this.#fits(size, ours)
  }

  #drop(stored: StoredBatch): void {
    try {
      let { batch } = stored
      if (batch) this.#takeFromMemory(stored, batch)
      else {
        const loaded = loadNow(stored)
        this.#files.add(stored)
        ;({ batch } = this.#check(stored, loaded))
        if (!batch) return
        this.#taken.add(batch)
      }
      this.settle(batch)
      this.#listener.dropped(batch)
    } catch (error) {
      this.#cannotRead(stored, toError(error))
    }
  }

  #later(milliseconds: number, change: () => void): void {
    idleTimer(() => {
      if (this.#isClosed) return
      change()
      this.#listener.ready()
    }, milliseconds)
  }
}
