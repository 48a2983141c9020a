// Finds and reads batches in files.

import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Batch, prefix, type SettleToken } from '../batch.js'
import { readBatchFileName, type BatchFileName } from './names.js'
import {
  emptyFileLength,
  fileOverhead,
  messagesIn,
  readRecords,
  recordOverhead,
  settledFlag,
  type Content,
  type FoundRecord,
} from './records.js'
import { isPassing, openFile, readFile, readFileNow } from './regular-file.js'
import { removeFile } from './removal.js'
import type { StoredBatch } from './stored-file.js'

/** A file that was found. Its messages have no places yet, because calls may be made during the search. */
export interface FoundFile {
  readonly path: string
  readonly origin: string
  /** How many messages it still holds. */
  readonly count: number
  /** The size of its messages, in bytes. */
  readonly bytes: number
  readonly since: number
}

/** What was found in a file. */
export interface Loaded {
  /** Its intact messages; undefined if there are none. */
  batch: Batch | undefined
  lost: number
  lostTokens: SettleToken[]
  reason: string
  /** Whether to keep the file so that a person can look at it. */
  isDamaged: boolean
}

/**
 * The batches in a directory, in order.
 *
 * @param onUnreadable called for each file that cannot be read, and is skipped
 * @throws what Node throws if the directory cannot be read, or a file for a temporary reason
 */
export async function storedIn(
  directory: string,
  origin: string,
  onUnreadable: (name: string, error: unknown) => void,
): Promise<FoundFile[]> {
  const names = (await readdir(directory)).sort()
  const found: FoundFile[] = []
  for (const name of names) {
    const known = readBatchFileName(name)
    if (!known) continue
    try {
      const file = await describeFile(join(directory, name), known)
      if (file) found.push({ ...file, origin })
    } catch (error) {
      if (isPassing(error)) throw error
      onUnreadable(name, error)
    }
  }
  return found
}

/** Reads what a file holds; undefined if it holds nothing, in which case it is removed. */
async function describeFile(
  path: string,
  known: BatchFileName,
): Promise<Omit<FoundFile, 'origin'> | undefined> {
  const { size, isFlagged } = await lookInto(path)
  let { count } = known
  // If it may have been growing, or has marks, the number of its messages is known only by reading it.
  if (count === undefined || isFlagged) count = owedIn(readRecords(await readFile(path)), count)
  if (count === 0 || size === emptyFileLength) {
    removeFile(path)
    return undefined
  }
  const bytes = Math.max(0, size - fileOverhead - count * recordOverhead)
  return { path, count, bytes, since: known.since }
}

async function lookInto(path: string): Promise<{ size: number; isFlagged: boolean }> {
  const { file, size } = await openFile(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, settledFlag.at)
    return { size, isFlagged: buffer[0] !== settledFlag.unset }
  } finally {
    await file.close()
  }
}

/** @param count the number of messages in the file's name, if it has one */
function owedIn(content: Content, count: number | undefined): number {
  const settled = settledIn(content)
  const owed = (count ?? messagesIn(content)) - settled
  return Math.max(owed, unsettledIn(content).length)
}

function settledIn(content: Content): number {
  return content.blanks + content.records.length - unsettledIn(content).length
}

function unsettledIn({ records, isFlagged }: Content): FoundRecord[] {
  // After a power failure there may be a mark without the flag: such a file counts as having no marks.
  return isFlagged ? records.filter(({ isSettled }) => !isSettled) : records
}

/** Reads a batch back. @throws what Node throws if the file cannot be read */
export async function load(stored: StoredBatch): Promise<Loaded> {
  return loaded(stored, await readFile(stored.file.path))
}

/** As `load`, at once. */
export function loadNow(stored: StoredBatch): Loaded {
  return loaded(stored, readFileNow(stored.file.path))
}

function loaded(stored: StoredBatch, bytes: Buffer): Loaded {
  const { file, sequence, count } = stored
  const content = readRecords(bytes)
  const { kept, numbers } = file.checksums
    ? ofPart(stored, file.checksums, content)
    : ofWhole(count, content)
  const lost = count - kept.length
  const places = [...Array<undefined>(lost).fill(undefined), ...kept.map(({ end }) => end)]
  // The places of a batch are consecutive: the lost messages get the first ones.
  if (file.checksums) file.checksums.splice(sequence - file.sequence, count, ...places)
  else file.checksums = places
  const { tokens, lostTokens } = shareOut(stored.tokens, numbers)
  const name = basename(file.path)
  const isDamaged = content.damages.length > 0 || (lost > 0 && content.torn === undefined)
  return {
    batch:
      kept.length === 0
        ? undefined
        : batchOf(bytes, kept, { sequence: sequence + lost, since: stored.since, tokens }),
    lost,
    lostTokens,
    isDamaged,
    reason: isDamaged
      ? `${name} of the outbox is damaged: of its ${count} messages ${lost} cannot be read; it is kept beside the others, as *.damaged`
      : `the last message of ${name} in the outbox is only half there: the process that wrote it ended in the middle of the call`,
  }
}

/** The records of a batch, and the number of each among its messages, as far as that is known. */
interface Kept {
  kept: FoundRecord[]
  numbers: (number | undefined)[]
}

function ofWhole(count: number, content: Content): Kept {
  // More than were accepted: a full disk did write a message that was reported as failed.
  const kept = unsettledIn(content).slice(0, count)
  // If more is missing than the visible damage explains, the numbers after it mean nothing.
  const areCertain = messagesIn(content) >= count
  const numbers = kept.map(({ number }, index) =>
    areCertain || number === index ? number : undefined,
  )
  return { kept, numbers }
}

function ofPart(
  { file, sequence, count }: StoredBatch,
  checksums: readonly (number | undefined)[],
  { records }: Content,
): Kept {
  const byPlace = new Map(records.map((record) => [record.end, record]))
  const first = sequence - file.sequence
  const result: Kept = { kept: [], numbers: [] }
  for (let number = 0; number < count; number++) {
    const place = checksums[first + number]
    const record = place === undefined ? undefined : byPlace.get(place)
    if (!record) continue
    result.kept.push(record)
    result.numbers.push(number)
  }
  return result
}

function shareOut(
  tokens: ReadonlyMap<number, SettleToken> | undefined,
  numbers: readonly (number | undefined)[],
): { tokens: Map<number, SettleToken> | undefined; lostTokens: SettleToken[] } {
  if (!tokens) return { tokens: undefined, lostTokens: [] }
  const kept = new Map<number, SettleToken>()
  const lostTokens: SettleToken[] = []
  const indices = new Map(numbers.map((number, index) => [number, index]))
  for (const [number, token] of tokens) {
    const index = indices.get(number)
    if (index === undefined) lostTokens.push(token)
    else kept.set(index, token)
  }
  return { tokens: kept, lostTokens }
}

/** Room for what `Batch.body()` writes after the messages, in bytes. */
const room = 128
const comma = ','.charCodeAt(0)

function batchOf(
  bytes: Buffer,
  records: readonly FoundRecord[],
  waits: { sequence: number; since: number; tokens: Map<number, SettleToken> | undefined },
): Batch {
  const length = records.reduce((sum, { start, end }) => sum + end - start + 1, prefix.length)
  const body = Buffer.allocUnsafeSlow(length + room)
  let at = prefix.copy(body)
  const ends: number[] = []
  for (const { start, end } of records) {
    if (ends.length > 0) body[at++] = comma
    at += bytes.copy(body, at, start, end)
    ends.push(at)
  }
  return Batch.from(body, ends, waits)
}
