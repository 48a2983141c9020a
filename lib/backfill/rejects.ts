// The rejected rows: a file with one JSON object per line. You can correct them and send the file again.

import { createHash, type Hash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { lstat, open, rename, type FileHandle } from 'node:fs/promises'
import { extname } from 'node:path'
import { stringify } from '../message/serialize.js'
import { noFollow } from '../runtime/no-follow.js'
import type { BrokenRow, RowPosition } from './sources/source.js'

/** A line of the rejects file. */
export interface RejectedRow extends Omit<RowPosition, 'readers'> {
  readonly reason: string
  /** The row, if it could be read. */
  readonly row?: unknown
  /** The text of the source, if it could not. */
  readonly text?: string
  /** How to read that text, if it is a line of a CSV file. */
  readonly csv?: BrokenRow['csv']
}

/** Where rejected rows go, in the order of the source. */
export interface Rejects {
  /** The size of what was added but not yet written, in bytes. */
  readonly waiting: number
  /** The state for a checkpoint that is written now: what comes later is cut off when it is resumed. */
  readonly mark: { bytes: number; hash: string | null }
  /** The file, if it has any content. */
  readonly path: string | undefined
  /** @param status of the answer with which the server refused the row's messages */
  add(rejected: RejectedRow, status?: number): void
  /** Writes what was added. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** How rejected rows are written to a file. */
export interface RejectsFormat {
  /** The line, without its newline. */
  lineOf(rejected: RejectedRow, status: number | undefined): string
  /** Whether to append to an older file of the same name; otherwise that is renamed. */
  readonly addsToOlder: boolean
}

const rowsFormat: RejectsFormat = { lineOf, addsToOlder: false }

function lineOf(rejected: RejectedRow): string {
  try {
    return stringify(rejected)
  } catch {
    // A getter or toJSON of the row throws: the line has only its position.
    const { line, key, reason } = rejected
    return stringify({ line, key, reason })
  }
}

/** Passes rejected rows to a user's function. */
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

/** The file is created when the first row is rejected. */
export class RejectsFile implements Rejects {
  readonly #path: string
  readonly #format: RejectsFormat
  #file: FileHandle | undefined
  #waiting: string[] = []
  #waitingBytes = 0
  #written = 0
  /** The hash of everything added so far. */
  readonly #hash: Hash = createHash('sha256')

  constructor(path: string, format = rowsFormat) {
    this.#path = path
    this.#format = format
  }

  /** Prepares the file for a new run: appends to an older one if the format says so. */
  async begin(): Promise<void> {
    if (!this.#format.addsToOlder) return
    const file = await openExisting(this.#path)
    if (!file) return
    await file.close()
    await this.#append()
  }

  /**
   * Resumes the file as of a checkpoint. What a killed run wrote after it is cut off, because those rows will be rejected
   * again. A file that was changed since is left alone, and renamed later.
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

  /** Keeps the existing content, which becomes part of the next checkpoint. */
  async #append(): Promise<void> {
    let last: number | undefined
    for await (const chunk of createReadStream(this.#path) as AsyncIterable<Buffer>) {
      this.#hash.update(chunk)
      this.#written += chunk.length
      last = chunk.at(-1)
    }
    this.#file = await open(this.#path, constants.O_WRONLY | constants.O_APPEND | noFollow)
    // A line that was cut off must not swallow the next one.
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
    // For the owner only, because the rows are about people.
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

/** Renames `rejects.ndjson` to `rejects.1.ndjson`, or the first free number, so that no rows are lost. */
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
