// The content of a batch file: the beginning of a request's body, one message per line, each with a checksum.

import type zlib from 'node:zlib'
import { builtin } from '../../runtime/load-builtin.js'
import { prefix } from '../batch.js'

/*
 * {"batch":[
 * {"type":"identify",…}<checksum>
 * ,{"type":"track",…}<checksum>
 *
 * JSON.stringify never writes a newline, so each line is a message. JSON allows white space between the elements of an
 * array, and the checksum is written in it: a space for each bit that is 0, a tab for each that is 1. So the file is the
 * content of the body, and flipped bits are still detected.
 *
 * If a message is settled while others of its file are not, its checksum is inverted, and the header ends with a
 * carriage return, which says that the file must be read to know what it still holds. A line of carriage returns alone
 * stands for a lost message that was reported. All of this overwrites existing bytes, because it must work on a full
 * disk and in a read-only directory.
 */
const lineEnd = '\n'.charCodeAt(0)
const comma = ','.charCodeAt(0)
const carriageReturn = '\r'.charCodeAt(0)
const closeBrace = '}'.charCodeAt(0)
const zero = ' '.charCodeAt(0)
const one = '\t'.charCodeAt(0)

/** The length of a checksum in a file, in bytes. */
export const checksumLength = 32

/** How a file begins. */
const header = Buffer.concat([prefix, Buffer.from('\n')])

/** The length of a file without messages. */
export const emptyFileLength = header.length

/** What the header ends with if some messages of the file are settled, and its offset. */
export const settledFlag = { at: header.length - 1, byte: carriageReturn, unset: lineEnd } as const

/** What a message takes in a file beyond its own bytes: the comma, the checksum, the newline. */
export const recordOverhead = 1 + checksumLength + 1
/** What a file has beyond its records, less the comma that the first record lacks. */
export const fileOverhead = header.length - 1

let zlibModule: typeof zlib | undefined
function crc32(bytes: Buffer): number {
  zlibModule ??= builtin('node:zlib') as typeof zlib
  return zlibModule.crc32(bytes)
}

/**
 * Writes what comes before a message: the beginning of the file, or a comma.
 *
 * @returns where the message begins
 */
export function startRecord(target: Buffer, isFirst: boolean): number {
  if (isFirst) return header.copy(target)
  target[0] = comma
  return 1
}

/**
 * Writes what comes after a message: its checksum, in 32 characters, and a newline.
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

/** Inverts the checksum at `at`: its message is settled. */
export function invertChecksum(target: Buffer, at: number): void {
  for (let bit = at; bit < at + checksumLength; bit++)
    target[bit] = target[bit] === one ? zero : one
}

/** Overwrites a place with lines without messages, one for each lost message. */
export function blankLines(count: number, length: number): Buffer {
  const blank = Buffer.alloc(Math.max(length, 2 * count), carriageReturn)
  for (let line = 1; line < count; line++) blank[line * 2 - 1] = lineEnd
  blank[blank.length - 1] = lineEnd
  return blank
}

/** An intact message in a file. */
export interface FoundRecord {
  readonly start: number
  /** Where it ends and its checksum begins. */
  readonly end: number
  /** Its number among the messages of the file, as far as that is known. */
  readonly number: number
  readonly isSettled: boolean
}

/** A part that cannot be read. */
export interface Damage {
  readonly start: number
  /** Where the next line begins. */
  readonly end: number
  /** How many messages it had, as far as that is known. */
  readonly count: number
}

/** What a file holds. */
export interface Content {
  readonly records: FoundRecord[]
  readonly damages: Damage[]
  /** How many messages were lost, and reported, earlier. */
  blanks: number
  /** The last message, if it is incomplete because its writer ended or the disk was full. */
  torn: Damage | undefined
  /** Whether the last record is complete except for its end. */
  isUnfinished: boolean
  /** Whether some messages are settled. */
  readonly isFlagged: boolean
}

/** Reads a file. Never throws: damage is part of the result. A damaged line does not affect others. */
export function readRecords(file: Buffer): Content {
  const content: Content = {
    records: [],
    damages: [],
    blanks: 0,
    torn: undefined,
    isUnfinished: false,
    isFlagged: file.length > settledFlag.at && file[settledFlag.at] !== settledFlag.unset,
  }
  // The header has a fixed length, so the first message is found even if the header is damaged.
  let start = header.length
  while (start < file.length) {
    const stop = file.indexOf(lineEnd, start)
    if (stop < 0) {
      readTail(file, start, content)
      break
    }
    readLine(file, start, stop, content)
    start = stop + 1
  }
  return content
}

/** How many messages a file had. */
export function messagesIn({ records, damages, blanks, torn }: Content): number {
  const damaged = damages.reduce((sum, { count }) => sum + count, 0)
  return records.length + damaged + blanks + (torn ? 1 : 0)
}

function readLine(file: Buffer, start: number, stop: number, content: Content): void {
  const from = start === header.length ? start : start + 1
  const end = stop - checksumLength
  const inverted = end > from ? checksumOf(file, from, end) : undefined
  if (inverted !== undefined) {
    const number = messagesIn(content)
    content.records.push({ start: from, end, number, isSettled: inverted })
  } else if (isBlank(file, start, stop)) {
    content.blanks++
  } else {
    addDamage(file, start, stop + 1, content)
  }
}

/** Whether the checksum after a message is inverted; undefined if it does not match the message. */
function checksumOf(file: Buffer, from: number, end: number): boolean | undefined {
  let sum = 0
  for (let bit = 0; bit < checksumLength; bit++) {
    const character = file[end + bit]
    if (character === one) sum |= 1 << bit
    else if (character !== zero) return undefined
  }
  const difference = crc32(file.subarray(from, end)) ^ sum
  if (difference === 0) return false
  // If its writer was killed while inverting, only the first bits are inverted.
  return (difference & (difference + 1)) === 0 ? true : undefined
}

function isBlank(file: Buffer, start: number, stop: number): boolean {
  for (let at = start; at < stop; at++) if (file[at] !== carriageReturn) return false
  return stop > start
}

/** Consecutive damaged lines may be one message, in which a byte became a newline. */
function addDamage(file: Buffer, start: number, end: number, content: Content): void {
  const { damages } = content
  const last = damages.at(-1)
  const isNext = last?.end === start
  const from = isNext ? last.start : start
  if (isNext) damages.pop()
  damages.push({ start: from, end, count: Math.max(1, checksumsIn(file, from, end)) })
}

/** A damaged newline has joined two messages in one line: each still has its checksum. */
function checksumsIn(file: Buffer, start: number, end: number): number {
  let count = 0
  let length = 0
  for (let at = start; at < end; at++) {
    const isWhite = file[at] === zero || file[at] === one
    length = isWhite ? length + 1 : 0
    if (length === checksumLength) count++
  }
  return count
}

/** The file may end with a complete message that lacks only its newline. */
function readTail(file: Buffer, start: number, content: Content): void {
  const from = start === header.length ? start : start + 1
  let end = file.length
  while (end > from && (file[end - 1] === zero || file[end - 1] === one)) end--
  const isComplete = file.length - end >= checksumLength
  const inverted = isComplete ? checksumOf(file, from, end) : false
  // White space other than a checksum is damage.
  const isWhole = file[end - 1] === closeBrace && isJson(file.toString('utf8', from, end))
  if (inverted !== undefined && isWhole) {
    content.records.push({ start: from, end, number: messagesIn(content), isSettled: inverted })
    content.isUnfinished = true
  } else if (from < file.length) {
    // A comma alone is not a message.
    content.torn = { start, end: file.length, count: 1 }
  }
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    // Half a message.
    return false
  }
}
