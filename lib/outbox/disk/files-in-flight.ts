// The files of batches that are in flight, or of which parts wait: each is removed when the last of its messages is
// settled.

import { dirname } from 'node:path'
import { errorCode } from '../../runtime/describe-value.js'
import { blankLost, locate, markSettled } from './marks.js'
import { removeDirectory, removeFile, setAside } from './removal.js'
import type { Part, StoredFile } from './stored-file.js'

export class FilesInFlight {
  /** By the place of the first message. */
  readonly #files = new Map<number, StoredFile>()
  /** Directories of dead clients, with the number of their files: they go with the last of these. */
  readonly #directories = new Map<string, number>()
  readonly #warn: (text: string) => void

  constructor(warn: (text: string) => void) {
    this.#warn = warn
  }

  /** Takes note of a directory that was taken over. */
  adopt(directory: string, files: number): void {
    if (files === 0) removeDirectory(directory)
    else this.#directories.set(directory, files)
  }

  /** What is in a file is going to be sent. */
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

  /** A file that waits again as a whole: nothing need be known of it here. */
  release(file: StoredFile): void {
    this.#files.delete(file.sequence)
  }

  /** Whether a batch in flight can be had again from its file. */
  canReadBack({ sequence, count }: Part): boolean {
    const file = this.fileOf(sequence)
    if (!file) return false
    try {
      if (!file.isWholeIn({ sequence, count })) locate(file)
      return true
    } catch {
      // It is damaged or gone, or there is no descriptor free: what is in memory stays there.
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
      // Then the file itself is kept when all of it is settled; and the loss is reported once more by a later process.
      file.isDamaged ||= isDamaged
    }
  }

  /** Messages cannot be had from their file, which may be read another time: it is neither marked nor removed for them. */
  abandon(part: Part): void {
    const file = this.fileOf(part.sequence)
    file?.settle(part)
    if (file?.isSettled) this.#files.delete(file.sequence)
  }

  #mark(file: StoredFile, part: Part): void {
    try {
      markSettled(file, part)
    } catch (error) {
      // It was removed: then nobody will read it either.
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
      // It is delivered, and will be once more: the server knows the messageIds.
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
