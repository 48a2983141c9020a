// The files of batches that are being sent: each is removed when the last of its messages is settled.

import { errorCode } from '../../runtime/describe-value.js'
import type { Waiting } from '../outbox.js'
import { removeDirectory, removeFile, setAside, type StoredBatch } from './stored.js'
import { dirname } from 'node:path'

interface File {
  readonly path: string
  readonly origin: string
  readonly sequence: number
  readonly count: number
  /** How many of its messages are not settled. */
  remaining: number
  isDamaged: boolean
}

export class Files {
  readonly #files = new Map<number, File>()
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

  /** Somebody begins to send what is in a file. */
  add({
    path,
    origin,
    sequence,
    count,
  }: Pick<StoredBatch, 'path' | 'origin' | 'sequence' | 'count'>): void {
    this.#files.set(sequence, { path, origin, sequence, count, remaining: count, isDamaged: false })
  }

  markDamaged(sequence: number): void {
    const file = this.#fileOf(sequence)
    if (file) file.isDamaged = true
  }

  /** Some of the messages of a file are settled. */
  settle({ sequence, count }: Pick<Waiting, 'sequence' | 'count'>): void {
    const file = this.#fileOf(sequence)
    if (!file) return
    file.remaining -= count
    if (file.remaining > 0) return
    this.#files.delete(file.sequence)
    this.#remove(file)
  }

  /** The file of a batch, where all of it is in the batch: it may then be forgotten here, and read again. */
  release({
    sequence,
    count,
  }: Pick<Waiting, 'sequence' | 'count'>): { path: string; origin: string } | undefined {
    const file = this.#fileOf(sequence)
    if (file?.remaining !== count || file.isDamaged) return undefined
    this.#files.delete(file.sequence)
    return file
  }

  #fileOf(sequence: number): File | undefined {
    const exact = this.#files.get(sequence)
    if (exact) return exact
    for (const file of this.#files.values()) {
      if (file.sequence <= sequence && sequence < file.sequence + file.count) return file
    }
    return undefined
  }

  #remove(file: File): void {
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
