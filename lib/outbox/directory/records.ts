// The content of a batch file: what a request's body begins with, one message a line, and a checksum of each.

import type zlib from 'node:zlib'
import { builtin } from '../../runtime/load-builtin.js'
import { prefix } from '../batch.js'

/*
 * {"batch":[
 * {"type":"identify",…}<checksum>
 * ,{"type":"track",…}<checksum>
 *
 * JSON.stringify never writes a line's end, so a line is a message. JSON allows white space between the elements of an
 * array: the checksum is written in it, a space for each bit that is 0 and a tab for each that is 1. So the file is
 * what the body consists of, and yet a flipped bit is found out.
 */
const lineEnd = '\n'.charCodeAt(0)
const comma = ','.charCodeAt(0)
const zero = ' '.charCodeAt(0)
const one = '\t'.charCodeAt(0)
const checksumLength = 32

/** How a file begins. */
const header = Buffer.concat([prefix, Buffer.from('\n')])

/** The length of a file without messages. */
export const emptyFileLength = header.length

/** What a message takes in a file besides its own bytes: the comma, the checksum, the line's end. */
export const recordOverhead = 1 + checksumLength + 1
/** What a file has besides its records, less the comma that the first of them does without. */
export const fileOverhead = header.length - 1

let zlibModule: typeof zlib | undefined
function crc32(bytes: Buffer): number {
  zlibModule ??= builtin('node:zlib') as typeof zlib
  return zlibModule.crc32(bytes)
}

/**
 * Writes what comes before a message: the file's beginning or a comma.
 *
 * @returns where the message begins
 */
export function startRecord(target: Buffer, isFirst: boolean): number {
  if (isFirst) return header.copy(target)
  target[0] = comma
  return 1
}

/**
 * Writes what comes after the message that stands there: its checksum, in 32 characters, and the line's end.
 *
 * @returns where the record ends
 */
export function endRecord(target: Buffer, start: number, end: number): number {
  const sum = crc32(target.subarray(start, end))
  for (let bit = 0; bit < checksumLength; bit++) {
    target[end + bit] = (sum >>> bit) & 1 ? one : zero
  }
  target[end + checksumLength] = lineEnd
  return end + checksumLength + 1
}

/** What a file holds. */
export interface Content {
  /** The body of its intact messages, without what comes behind them; there is room for that. */
  body: Buffer
  /** Where each of them ends in the body. */
  ends: number[]
  /** Of each of them, its number among the messages that the file had, as far as that can be told. */
  numbers: number[]
  /** How many messages are damaged. */
  damaged: number
  /** Whether the last message is only half there: its writer ended, or the disk was full, in the middle of it. */
  isTorn: boolean
}

/** Room for what `Batch.body()` writes behind the messages, in bytes. */
const room = 128

/** Reads what a file holds. It never throws: what is wrong is told. */
export function readRecords(file: Buffer): Content {
  const body = Buffer.allocUnsafeSlow(file.length + room)
  let end = prefix.copy(body)
  const content: Content = { body, ends: [], numbers: [], damaged: 0, isTorn: false }
  const keep = (start: number, stop: number): void => {
    if (content.ends.length > 0) body[end++] = comma
    end += file.copy(body, end, start, stop)
    content.ends.push(end)
    content.numbers.push(content.ends.length - 1 + content.damaged)
  }
  // Its length is known: whatever became of the header, the first message begins behind it.
  let start = header.length
  while (start < file.length) {
    const stop = endOfRecord(file, start)
    if (stop === undefined) {
      keepTail(file, start, content, keep)
      break
    }
    const from = start === header.length ? start : start + 1
    if (isIntact(file, from, stop)) keep(from, stop - checksumLength)
    else keepIntactParts(file, from, stop, content, keep)
    start = stop + 1
    // Where the last character of a checksum has become a line's end, there are two.
    if (file[start] === lineEnd) start++
  }
  return content
}

/** Where the checksum of the record ends that begins at `start`; undefined where no record is complete any more. */
function endOfRecord(file: Buffer, start: number): number | undefined {
  for (let at = start; ; at++) {
    at = file.indexOf(lineEnd, at)
    if (at < 0) return undefined
    // A flipped bit makes a line's end of a letter: then no checksum stands before it.
    if (readChecksum(file, start, at) !== undefined) return at
  }
}

function isIntact(file: Buffer, from: number, stop: number): boolean {
  const checksum = readChecksum(file, from, stop)
  if (!checksum) return false
  const { sum, unknownBit } = checksum
  // The checksum of nothing is 32 spaces, which a message may have in a text of its own.
  if (from >= stop - checksumLength) return false
  const actual = crc32(file.subarray(from, stop - checksumLength))
  return actual === sum || (actual ^ sum) >>> 0 === unknownBit
}

/**
 * The checksum that ends at `stop`. No single flipped bit makes a space of a tab: one character that is neither may
 * stand for both.
 */
function readChecksum(
  file: Buffer,
  from: number,
  stop: number,
): { sum: number; unknownBit: number } | undefined {
  const start = stop - checksumLength
  if (start < from) return undefined
  let sum = 0
  let unknownBit = 0
  for (let bit = 0; bit < checksumLength; bit++) {
    const character = file[start + bit]
    if (character === one) sum |= 1 << bit
    else if (character !== zero) {
      if (unknownBit !== 0) return undefined
      unknownBit = (1 << bit) >>> 0
    }
  }
  return { sum: sum >>> 0, unknownBit }
}

/** A damaged line's end or checksum makes one record of two: what is intact in it is kept. */
function keepIntactParts(
  file: Buffer,
  from: number,
  stop: number,
  content: Content,
  keep: (start: number, stop: number) => void,
): void {
  let start = from
  for (let at = from + checksumLength; at <= stop; at++) {
    const last = file[at - 1]
    const next = file[at]
    if ((last !== zero && last !== one) || next === zero || next === one) continue
    // White space ends here: perhaps a checksum.
    if (isIntact(file, start, at)) {
      keep(start, at - checksumLength)
    } else if (isIntact(file, start, at - 1)) {
      // The line's end itself has become white space.
      keep(start, at - 1 - checksumLength)
      start = at + 1
      continue
    } else if (next === lineEnd && at < stop) {
      content.damaged++
    } else {
      continue
    }
    // Behind the line's end, damaged or not, and the comma.
    start = at + 2
  }
  if (start < stop) content.damaged++
}

/** What the file ends with may be a whole message of which only the end of the line is missing. */
function keepTail(
  file: Buffer,
  start: number,
  content: Content,
  keep: (start: number, stop: number) => void,
): void {
  const from = start === header.length ? start : start + 1
  let stop = file.length
  while (stop > from && (file[stop - 1] === zero || file[stop - 1] === one)) stop--
  if (isJson(file.toString('utf8', from, stop))) keep(from, stop)
  // A comma alone is no message yet.
  else if (from < file.length) content.isTorn = true
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    // Half a message: that is what is asked.
    return false
  }
}
