// The file of the batch that grows: one write a message.

import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { noFollow } from '../../runtime/no-follow.js'
import { join } from 'node:path'
import { batchFileName, type BatchFileName } from './names.js'

/** When written data is synced to the disk itself, so that it survives a power failure. */
export type Fsync = 'batch' | 'call' | false

export interface BatchFileOptions {
  fsync: Fsync
  /** A sync to the disk has failed. */
  onSyncFailed: (error: Error) => void
}

const creating = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow

export class BatchFile {
  readonly #directory: string
  readonly #name: BatchFileName
  #path: string
  readonly #fsync: Fsync
  readonly #onSyncFailed: (error: Error) => void
  readonly #fd: number
  /** How much of it is valid, in bytes. */
  #length = 0
  /** How much of it was valid before the last record. */
  #lengthBefore = 0
  #isSynced = true
  /** How many syncs are in flight: until they end, the descriptor must stay open. */
  #syncing = 0
  #isClosed = false

  /** @throws what Node throws if the file cannot be created */
  constructor(
    directory: string,
    name: { number: number; since: number },
    { fsync, onSyncFailed }: BatchFileOptions,
  ) {
    this.#directory = directory
    this.#name = name
    this.#fsync = fsync
    this.#onSyncFailed = onSyncFailed
    this.#path = join(directory, batchFileName(name))
    this.#fd = openSync(this.#path, creating, 0o600)
    if (fsync === 'call') syncDirectory(directory)
  }

  get path(): string {
    return this.#path
  }

  /** Whether nothing is in it. */
  get isEmpty(): boolean {
    return this.#length === 0
  }

  /**
   * Appends a record, or nothing.
   *
   * @throws what Node throws if it cannot be written completely, as when the disk is full
   */
  append(record: Buffer, length: number): void {
    this.#lengthBefore = this.#length
    try {
      let written = 0
      // A disk that becomes full accepts a part; the second write throws the reason.
      while (written < length) {
        written += writeSync(this.#fd, record, written, length - written, this.#length + written)
      }
      if (this.#fsync === 'call') fdatasyncSync(this.#fd)
      else this.#isSynced = false
    } catch (error) {
      this.#cutOff()
      throw error
    }
    this.#length += length
  }

  /** Removes the last record again. Never throws. */
  undo(): void {
    this.#length = this.#lengthBefore
    this.#cutOff()
  }

  /** Syncs what was written, in the background. */
  sync(): void {
    if (this.#fsync !== 'batch' || this.#isSynced) return
    this.#isSynced = true
    this.#syncing++
    fdatasync(this.#fd, (error) => this.#synced(error))
  }

  /** Renames it to a file that no longer grows. May be called again. */
  seal(count: number): void {
    const sealed = join(this.#directory, batchFileName({ ...this.#name, count }))
    try {
      renameSync(this.#path, sealed)
      this.#path = sealed
    } catch {
      // The name only serves to detect missing messages later.
    }
  }

  /** Syncs and closes it, in the background. May be called again. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#fsync !== 'batch' || this.#isSynced) {
      if (this.#syncing === 0) this.#closeNow()
      return
    }
    this.#syncing++
    fsync(this.#fd, (error) => {
      this.#synced(error)
      syncDirectoryLater(this.#directory)
    })
  }

  #synced(error: Error | null): void {
    this.#syncing--
    if (error) this.#onSyncFailed(error)
    if (this.#isClosed && this.#syncing === 0) this.#closeNow()
  }

  #closeNow(): void {
    try {
      closeSync(this.#fd)
    } catch (error) {
      // A network volume may report a failed write only now.
      this.#onSyncFailed(error as Error)
    }
  }

  /** Removes the half record at the end: the next one would overwrite it, but may be shorter. */
  #cutOff(): void {
    try {
      ftruncateSync(this.#fd, this.#length)
    } catch {
      // The rest has no valid checksum, and will be cut off when the file is read.
    }
  }
}

/** After a power failure a new file exists only if its directory was synced, too. */
function syncDirectory(directory: string): void {
  // Windows cannot sync directories.
  if (process.platform === 'win32') return
  const fd = openSync(directory, constants.O_RDONLY)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function syncDirectoryLater(directory: string): void {
  if (process.platform === 'win32') return
  try {
    const fd = openSync(directory, constants.O_RDONLY)
    fsync(fd, () => closeSync(fd))
  } catch {
    // It was removed meanwhile, because every file in it is delivered.
  }
}
