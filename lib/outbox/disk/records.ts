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
 *
 * A message that is settled while others of its file are not has its checksum inverted, and the header ends with a
 * carriage return: that says that the file must be read to know what it still holds. A line of carriage returns
 * alone stands for a message that is lost, and was reported. All of this is written over what is there, because it must be possible on
 * a full disk and in a directory that is read-only.
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

/** What the header has at its end if some messages of the file are settled, and where. */
export const settledFlag = { at: header.length - 1, byte: carriageReturn, unset: lineEnd } as const

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

/** Inverts the checksum that stands at `at`: its message is settled. */
export function invertChecksum(target: Buffer, at: number): void {
  for (let bit = at; bit < at + checksumLength; bit++)
    target[bit] = target[bit] === one ? zero : one
}

/** Makes lines without messages of what stands there, as many as the messages that are lost. */
export function blankLines(count: number, length: number): Buffer {
  const blank = Buffer.alloc(Math.max(length, 2 * count), carriageReturn)
  for (let line = 1; line < count; line++) blank[line * 2 - 1] = lineEnd
  blank[blank.length - 1] = lineEnd
  return blank
}

/** A message in a file that is as it was written. */
export interface FoundRecord {
  readonly start: number
  /** Where it ends, and its checksum begins. */
  readonly end: number
  /** Its number among the messages that the file had, as far as that can be told. */
  readonly number: number
  readonly isSettled: boolean
}

/** What cannot be read. */
export interface Damage {
  readonly start: number
  /** Where the next line begins. */
  readonly end: number
  /** How many messages were there, as far as that can be told. */
  readonly count: number
}

/** What a file holds. */
export interface Content {
  readonly records: FoundRecord[]
  readonly damages: Damage[]
  /** How many messages were lost, and reported, earlier. */
  blanks: number
  /** The last message, if it is only half there: its writer ended, or the disk was full, in the middle of it. */
  torn: Damage | undefined
  /** Whether the last record is whole but for its end. */
  isUnfinished: boolean
  /** Whether some messages are settled. */
  readonly isFlagged: boolean
}

/** Reads what a file holds. It never throws: what is wrong is in the answer. A line that is damaged costs no other. */
export function readRecords(file: Buffer): Content {
  const content: Content = {
    records: [],
    damages: [],
    blanks: 0,
    torn: undefined,
    isUnfinished: false,
    isFlagged: file.length > settledFlag.at && file[settledFlag.at] !== settledFlag.unset,
  }
  // Its length is known: whatever became of the header, the first message begins after it.
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

/** Whether the checksum that stands behind a message is inverted; undefined if it is not that of the message. */
function checksumOf(file: Buffer, from: number, end: number): boolean | undefined {
  let sum = 0
  for (let bit = 0; bit < checksumLength; bit++) {
    const character = file[end + bit]
    if (character === one) sum |= 1 << bit
    else if (character !== zero) return undefined
  }
  const difference = crc32(file.subarray(from, end)) ^ sum
  if (difference === 0) return false
  // Also if its writer was killed while it inverted one: then only the first bits are.
  return (difference & (difference + 1)) === 0 ? true : undefined
}

function isBlank(file: Buffer, start: number, stop: number): boolean {
  for (let at = start; at < stop; at++) if (file[at] !== carriageReturn) return false
  return stop > start
}

/** Damaged lines that follow each other may be one message that has got a line's end. */
function addDamage(file: Buffer, start: number, end: number, content: Content): void {
  const { damages } = content
  const last = damages.at(-1)
  const isNext = last?.end === start
  const from = isNext ? last.start : start
  if (isNext) damages.pop()
  damages.push({ start: from, end, count: Math.max(1, checksumsIn(file, from, end)) })
}

/** A line's end that was lost has made one line of two messages: each has its checksum. */
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

/** What the file ends with may be a whole message of which only the end of the line is missing. */
function readTail(file: Buffer, start: number, content: Content): void {
  const from = start === header.length ? start : start + 1
  let end = file.length
  while (end > from && (file[end - 1] === zero || file[end - 1] === one)) end--
  const isComplete = file.length - end >= checksumLength
  const inverted = isComplete ? checksumOf(file, from, end) : false
  // Other white space than a checksum's is damage.
  const isWhole = file[end - 1] === closeBrace && isJson(file.toString('utf8', from, end))
  if (inverted !== undefined && isWhole) {
    content.records.push({ start: from, end, number: messagesIn(content), isSettled: inverted })
    content.isUnfinished = true
  } else if (from < file.length) {
    // A comma alone is no message yet.
    content.torn = { start, end: file.length, count: 1 }
  }
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    // Half a message: that is what is asked.
    return false
  }
}
