// Batches that are in files: found, read, removed.

import { constants, truncateSync, unlinkSync, renameSync, rmdirSync, readFileSync } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Batch, type Receipt } from '../batch.js'
import { readBatchFileName, type BatchFileName } from './names.js'
import {
  emptyFileLength,
  fileOverhead,
  readRecords,
  recordOverhead,
  type Content,
} from './records.js'

/** A batch of which the messages are in a file, and perhaps in memory as well. */
export interface StoredBatch {
  readonly path: string
  /** Of the client that wrote it. */
  readonly origin: string
  readonly sequence: number
  /** How many messages it has, or once had. */
  readonly count: number
  /** Of its messages, in bytes. */
  readonly bytes: number
  readonly since: number
  readonly receipts?: ReadonlyMap<number, Receipt> | undefined
  /** The messages themselves, where there is memory for them. */
  readonly batch?: Batch | undefined
  /** Whether it is only a part of what its file holds: then it is in memory. */
  readonly isPart?: boolean | undefined
}

/** What was found in a file. */
export interface Loaded {
  /** Its intact messages; undefined where there are none. */
  batch: Batch | undefined
  lost: number
  lostReceipts: Receipt[]
  reason: string
  /** Whether the file should be kept for a person to look at. */
  isDamaged: boolean
}

const reading = constants.O_RDONLY | (constants.O_NOFOLLOW || 0)

async function readFile(path: string): Promise<Buffer> {
  const file = await open(path, reading)
  try {
    return await file.readFile()
  } finally {
    await file.close()
  }
}

const passing = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EBUSY', 'EINTR'])

/** Whether what could not be read now may be read later: descriptors or memory are wanting. */
export function isPassing(error: unknown): boolean {
  return passing.has((error as NodeJS.ErrnoException).code ?? '')
}

/**
 * The batches in a directory, in order. They have no places yet: calls may be made while they are looked for.
 *
 * @param onUnreadable told of a file that cannot be read, and is left out
 * @throws what Node throws where the directory cannot be read, or where that may pass
 */
export async function storedIn(
  directory: string,
  origin: string,
  onUnreadable: (name: string, error: unknown) => void,
): Promise<Omit<StoredBatch, 'sequence'>[]> {
  const names = (await readdir(directory)).sort()
  const stored: Omit<StoredBatch, 'sequence'>[] = []
  for (const name of names) {
    const known = readBatchFileName(name)
    if (!known) continue
    try {
      const batch = await describeFile(join(directory, name), known)
      if (batch) stored.push({ ...batch, origin })
    } catch (error) {
      if (isPassing(error)) throw error
      onUnreadable(name, error)
    }
  }
  return stored
}

/** What a file holds; undefined where that is nothing, and the file is removed. */
async function describeFile(
  path: string,
  known: BatchFileName,
): Promise<Pick<StoredBatch, 'path' | 'count' | 'bytes' | 'since'> | undefined> {
  const { size } = await lstat(path)
  // How many messages a file has that may have been growing can only be told by reading it.
  const count = known.count ?? messagesIn(readRecords(await readFile(path)))
  if (count === 0 || size === emptyFileLength) {
    removeFile(path)
    return undefined
  }
  const bytes = Math.max(0, size - fileOverhead - count * recordOverhead)
  return { path, count, bytes, since: known.since }
}

function messagesIn({ ends, damaged, isTorn }: Content): number {
  return ends.length + damaged + (isTorn ? 1 : 0)
}

/** Reads a batch back. @throws what Node throws where the file cannot be read */
export async function load(stored: StoredBatch): Promise<Loaded> {
  return loaded(stored, await readFile(stored.path))
}

/** As `load`. */
export function loadNow(stored: StoredBatch): Loaded {
  return loaded(stored, readFileSync(stored.path))
}

function loaded({ path, sequence, count, since, receipts }: StoredBatch, file: Buffer): Loaded {
  const content = readRecords(file)
  // More than were accepted: a message that the full disk took after all, and that was reported.
  const ends = content.ends.slice(0, count)
  const lost = count - ends.length
  const { kept, lostReceipts } = shareOut(receipts, content, count)
  const name = basename(path)
  const isDamaged = content.damaged > 0 || (lost > 0 && !content.isTorn)
  return {
    batch:
      ends.length === 0 ? undefined : Batch.from(sequence + lost, content.body, ends, since, kept),
    lost,
    lostReceipts,
    isDamaged,
    reason: isDamaged
      ? `${name} of the outbox is damaged: of its ${count} messages ${lost} cannot be read; it is kept beside the others, as *.damaged`
      : `the last message of ${name} in the outbox is only half there: the process that wrote it ended in the middle of the call`,
  }
}

/** Which messages the receipts belong to, by the messages' numbers in the file. */
function shareOut(
  receipts: ReadonlyMap<number, Receipt> | undefined,
  content: Content,
  count: number,
): { kept: Map<number, Receipt> | undefined; lostReceipts: Receipt[] } {
  if (!receipts) return { kept: undefined, lostReceipts: [] }
  // Where more is missing than was seen to be damaged, the numbers behind it say nothing.
  const areCertain = messagesIn(content) >= count
  const places = new Map<number, number>()
  for (const [index, number] of content.numbers.entries()) {
    if (areCertain || number === index) places.set(number, index)
  }
  const kept = new Map<number, Receipt>()
  const lostReceipts: Receipt[] = []
  for (const [number, receipt] of receipts) {
    const place = places.get(number)
    if (place === undefined) lostReceipts.push(receipt)
    else kept.set(place, receipt)
  }
  return { kept, lostReceipts }
}

/** Removes a file of which everything is settled. @throws what Node throws where it can neither be removed nor emptied */
export function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    // The directory may be read-only, and the file not: one without messages is as good as none.
    truncateSync(path, emptyFileLength)
  }
}

/** Sets a damaged file aside. */
export function setAside({ path, origin }: { path: string; origin: string }): void {
  const root = dirname(dirname(path))
  renameSync(path, join(root, `${origin}.${basename(path)}.damaged`))
}

/** Removes a directory that is empty; one that is not stays. */
export function removeDirectory(path: string): void {
  try {
    rmdirSync(path)
  } catch {
    // Something is in it still, or it is gone.
  }
}
