// Marks settled messages in a batch file, so that no later client sends or reports them again. A file that is settled as
// a whole is removed, and needs no marks.

import { constants, copyFileSync, readFileSync, readSync, writeSync } from 'node:fs'
import {
  blankLines,
  checksumLength,
  endRecord,
  invertChecksum,
  readRecords,
  settledFlag,
  type Content,
} from './records.js'
import { readFileNow, withFileNow } from './regular-file.js'
import { damagedPath } from './removal.js'
import type { Part, StoredFile } from './stored-file.js'

/**
 * Marks messages of a file as settled.
 *
 * @throws what Node throws if the file cannot be written
 */
export function markSettled(file: StoredFile, { sequence, count }: Part): void {
  withFileNow(file.path, 'write', (fd) => {
    if (!file.isMarkable) prepare(fd, file)
    const from = sequence - file.sequence
    const places = (file.checksums ?? [])
      .slice(from, from + count)
      .filter((place) => place !== undefined)
    const [first] = places
    const last = places.at(-1)
    if (first === undefined || last === undefined) return
    const span = Buffer.allocUnsafe(last + checksumLength - first)
    readSync(fd, span, 0, span.length, first)
    for (const place of places) invertChecksum(span, place - first)
    writeAll(fd, span, first)
  })
}

/**
 * Finds where the messages of a file are, if that is not known.
 *
 * @throws what Node throws if the file cannot be read, and an Error if some are missing
 */
export function locate(file: StoredFile): void {
  file.checksums ??= checksumsIn(readRecords(readFileNow(file.path)), file.count)
}

/** Finds the messages in a file, and notes in its header that it has marks. */
function prepare(fd: number, file: StoredFile): void {
  const bytes = readFileSync(fd)
  const content = readRecords(bytes)
  file.checksums ??= checksumsIn(content, file.count)
  finish(fd, bytes, content)
  flag(fd)
  file.isMarkable = true
}

function checksumsIn({ records }: Content, count: number): number[] {
  // A file that was not read yet was complete when it was written.
  if (records.length < count) throw Object.assign(new Error('damaged'), { code: 'it is damaged' })
  return records.slice(0, count).map(({ end }) => end)
}

/**
 * Removes lost messages, which will be reported, from a file in which others are intact. Keeps a copy of the file first,
 * unless its writer was merely killed in the middle of the last message.
 *
 * @throws what Node throws if there is no room for the copy, or the file cannot be written
 */
export function blankLost(file: StoredFile, lost: number, isDamaged: boolean): void {
  if (isDamaged) keepCopy(file)
  withFileNow(file.path, 'write', (fd) => {
    const bytes = readFileSync(fd)
    const content = readRecords(bytes)
    let end = finish(fd, bytes, content)
    flag(fd)
    let left = lost
    for (const damage of [...content.damages, ...(content.torn ? [content.torn] : [])]) {
      const blank = blankLines(damage.count, damage.end - damage.start)
      // Only the last one may need more room.
      writeAll(fd, blank, damage.start)
      left -= damage.count
      end = Math.max(end, damage.start + blank.length)
    }
    // Those of which nothing is left.
    if (left > 0) writeAll(fd, blankLines(left, 0), end)
  })
}

/** Completes the last record, so that there is a place for its mark. Returns where the file ends then. */
function finish(fd: number, bytes: Buffer, { records, isUnfinished }: Content): number {
  const last = records.at(-1)
  if (!isUnfinished || !last) return bytes.length
  const { start, end } = last
  const record = Buffer.alloc(end - start + checksumLength + 1)
  bytes.copy(record, 0, start, end)
  endRecord(record, 0, end - start)
  writeAll(fd, record.subarray(end - start), end)
  return end + checksumLength + 1
}

function flag(fd: number): void {
  writeAll(fd, Buffer.of(settledFlag.byte), settledFlag.at)
}

function keepCopy(file: StoredFile): void {
  try {
    copyFileSync(file.path, damagedPath(file), constants.COPYFILE_EXCL)
  } catch (error) {
    // A copy of the earlier state is worth more.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function writeAll(fd: number, bytes: Buffer, position: number): void {
  let written = 0
  while (written < bytes.length) {
    written += writeSync(fd, bytes, written, bytes.length - written, position + written)
  }
}
