// The rejected rows: a file of one JSON object a line, each to be corrected and read again.

import { createHash, type Hash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { lstat, open, rename, type FileHandle } from 'node:fs/promises'
import { extname } from 'node:path'
import { stringify } from '../message/serialize.js'
import { noFollow } from '../runtime/no-follow.js'
import type { BrokenRow, RowPosition } from './sources/source.js'

/** A line of the rejects file. */
export interface RejectedRow extends RowPosition {
  readonly reason: string
  /** The row, where it could be read as one. */
  readonly row?: unknown
  /** The text of the source, where it could not. */
  readonly text?: string
  /** How to read that text, if it is a line of a CSV file. */
  readonly csv?: BrokenRow['csv']
}

/** Where rejected rows go, in the order of the source. */
export interface Rejects {
  /** What was added and is not written yet, in bytes. */
  readonly waiting: number
  /** Where a checkpoint that is written now has to cut off what comes later. */
  readonly mark: { bytes: number; hash: string | null }
  /** The file, if there is one with anything in it. */
  readonly path: string | undefined
  /** @param status of the answer by which the server refused the row's messages */
  add(rejected: RejectedRow, status?: number): void
  /** Writes what was added. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** How rejected rows are written to a file. */
export interface RejectsFormat {
  /** Without the end of the line. */
  lineOf(rejected: RejectedRow, status: number | undefined): string
  /** What becomes of an older file of the same name: it is added to, or kept under another name. */
  readonly addsToOlder: boolean
}

const rowsFormat: RejectsFormat = { lineOf, addsToOlder: false }

function lineOf(rejected: RejectedRow): string {
  try {
    return stringify(rejected)
  } catch {
    // A getter or toJSON of the row throws: what is left is where it was.
    const { line, key, reason } = rejected
    return stringify({ line, key, reason })
  }
}

/** Rejected rows given to a user's function. */
export class RejectsToFunction implements Rejects {
  readonly waiting = 0
  readonly mark = { bytes: 0, hash: null }
  readonly path = undefined
  readonly #take: (rejected: RejectedRow) => void

  constructor(take: (rejected: RejectedRow) => void) {
    this.#take = take
  }

  add(rejected: RejectedRow): void {
    this.#take(rejected)
  }

  async flush(): Promise<void> {
    // Nothing waits.
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

/** Made when the first row is rejected, and not before. */
export class RejectsFile implements Rejects {
  readonly #path: string
  readonly #format: RejectsFormat
  #file: FileHandle | undefined
  #waiting: string[] = []
  #waitingBytes = 0
  #written = 0
  /** Of everything added so far. */
  readonly #hash: Hash = createHash('sha256')

  constructor(path: string, format = rowsFormat) {
    this.#path = path
    this.#format = format
  }

  /** For a run that begins: an older file is added to if the format says so. */
  async begin(): Promise<void> {
    if (!this.#format.addsToOlder) return
    const file = await openExisting(this.#path)
    if (!file) return
    await file.close()
    await this.#append()
  }

  /**
   * Goes on after what a checkpoint knows of; what a run that was killed wrote after that is cut off, for it will be
   * rejected again. A file that has been changed since is left alone, and kept under another name.
   */
  async resume(mark: { bytes: number; hash: string | null }): Promise<void> {
    if (mark.bytes === 0) {
      await this.begin()
      return
    }
    const file = await openExisting(this.#path)
    if (!file) return
    try {
      const { size } = await file.stat()
      const isOurs = size >= mark.bytes && (await hashOfFile(this.#path, mark.bytes)) === mark.hash
      if (isOurs) await file.truncate(mark.bytes)
      else if (!this.#format.addsToOlder) return
    } finally {
      await file.close()
    }
    await this.#append()
  }

  /** What is there stays, and is part of what a checkpoint knows. */
  async #append(): Promise<void> {
    let last: number | undefined
    for await (const chunk of createReadStream(this.#path) as AsyncIterable<Buffer>) {
      this.#hash.update(chunk)
      this.#written += chunk.length
      last = chunk.at(-1)
    }
    this.#file = await open(this.#path, constants.O_WRONLY | constants.O_APPEND | noFollow)
    // A line that broke off must not take the next one with it.
    if (last !== undefined && last !== newline) this.#add('\n')
  }

  get waiting(): number {
    return this.#waitingBytes
  }

  get mark(): { bytes: number; hash: string } {
    return {
      bytes: this.#written + this.#waitingBytes,
      hash: this.#hash.copy().digest('hex'),
    }
  }

  get path(): string | undefined {
    return this.mark.bytes > 0 ? this.#path : undefined
  }

  add(rejected: RejectedRow, status?: number): void {
    this.#add(`${this.#format.lineOf(rejected, status)}\n`)
  }

  #add(line: string): void {
    this.#hash.update(line)
    this.#waiting.push(line)
    this.#waitingBytes += Buffer.byteLength(line)
  }

  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return
    const text = this.#waiting.join('')
    const bytes = this.#waitingBytes
    this.#waiting = []
    this.#file ??= await this.#create()
    await this.#file.appendFile(text)
    await this.#file.datasync()
    this.#waitingBytes -= bytes
    this.#written += bytes
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  async #create(): Promise<FileHandle> {
    await keepOlder(this.#path)
    // Only the owner: they are rows about people.
    return await open(this.#path, 'ax', 0o600)
  }
}

const newline = '\n'.charCodeAt(0)

async function hashOfFile(path: string, bytes: number): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { end: bytes - 1 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDWR | noFollow)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** `rejects.ndjson` becomes `rejects.1.ndjson`, or the first number that is free: those rows are nobody's to throw away. */
async function keepOlder(path: string): Promise<void> {
  if (!(await exists(path))) return
  const extension = extname(path)
  const stem = path.slice(0, path.length - extension.length)
  for (let number = 1; ; number++) {
    const older = `${stem}.${number}${extension}`
    if (await exists(older)) continue
    await rename(path, older)
    return
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
