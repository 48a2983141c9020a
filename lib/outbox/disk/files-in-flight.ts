// The files of batches that are in flight, or of which parts wait. Each is removed when its last message is settled.

import { dirname } from 'node:path'
import { errorCode } from '../../runtime/describe-value.js'
import { blankLost, locate, markSettled } from './marks.js'
import { removeDirectory, removeFile, setAside } from './removal.js'
import type { Part, StoredFile } from './stored-file.js'

export class FilesInFlight {
  /** By the place of the first message. */
  readonly #files = new Map<number, StoredFile>()
  /** Directories of dead clients, with their number of files. Each is removed with its last file. */
  readonly #directories = new Map<string, number>()
  readonly #warn: (text: string) => void

  constructor(warn: (text: string) => void) {
    this.#warn = warn
  }

  /** Adds a directory that was taken over. */
  adopt(directory: string, files: number): void {
    if (files === 0) removeDirectory(directory)
    else this.#directories.set(directory, files)
  }

  /** The content of a file will be sent. */
  add(file: StoredFile): void {
    this.#files.set(file.sequence, file)
  }

  /** The file that has a message, if it is in flight. */
  fileOf(sequence: number): StoredFile | undefined {
    const exact = this.#files.get(sequence)
    if (exact) return exact
    for (const file of this.#files.values()) if (file.has(sequence)) return file
    return undefined
  }

  /** Forgets a file that waits again as a whole. */
  release(file: StoredFile): void {
    this.#files.delete(file.sequence)
  }

  /** Whether a batch in flight can be read again from its file. */
  canReadBack({ sequence, count }: Part): boolean {
    const file = this.fileOf(sequence)
    if (!file) return false
    try {
      if (!file.isWholeIn({ sequence, count })) locate(file)
      return true
    } catch {
      // It is damaged or missing, or no descriptor is free: the batch stays in memory.
      return false
    }
  }

  /** Messages are delivered, or have failed. */
  settle(part: Part): void {
    const file = this.fileOf(part.sequence)
    if (!file) return
    file.settle(part)
    if (file.isSettled) this.#end(file)
    else this.#mark(file, part)
  }

  /** Messages of a file cannot be read. */
  lose(part: Part, isDamaged: boolean): void {
    const file = this.fileOf(part.sequence)
    if (!file) return
    file.settle(part)
    if (file.isSettled) {
      file.isDamaged ||= isDamaged
      this.#end(file)
      return
    }
    try {
      blankLost(file, part.count, isDamaged)
    } catch {
      // Then the file itself is kept once it is settled, and a later process reports the loss again.
      file.isDamaged ||= isDamaged
    }
  }

  /** Messages cannot be read from their file now, but perhaps later: it is neither marked nor removed because of them. */
  abandon(part: Part): void {
    const file = this.fileOf(part.sequence)
    file?.settle(part)
    if (file?.isSettled) this.#files.delete(file.sequence)
  }

  #mark(file: StoredFile, part: Part): void {
    try {
      markSettled(file, part)
    } catch (error) {
      // It was removed, so it will not be read again.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      this.#warn(
        `a file of the outbox cannot be marked (${errorCode(error)}): if this process ends before all of it is settled, some of its messages are sent or reported again`,
      )
    }
  }

  #end(file: StoredFile): void {
    this.#files.delete(file.sequence)
    try {
      if (file.isDamaged) setAside(file)
      else removeFile(file.path)
    } catch (error) {
      // It will be delivered a second time; the server recognises the messageIds.
      this.#warn(`a file of the outbox cannot be removed: ${errorCode(error)}`)
    }
    const directory = dirname(file.path)
    const left = this.#directories.get(directory)
    if (left === undefined) return
    if (left > 1) this.#directories.set(directory, left - 1)
    else {
      this.#directories.delete(directory)
      removeDirectory(directory)
    }
  }
}
