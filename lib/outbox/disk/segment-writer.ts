// Our own place in the directory: the file that grows, beside those that we have filled.

import { mkdirSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../runtime/describe-value.js'
import type { OpenBatch } from '../open-batch.js'
import { BatchFile, type Fsync } from './batch-file.js'
import { Recovery, type Sweep } from './recovery.js'
import { ownedDirectoryName } from './names.js'
import { Liveness } from './liveness.js'
import { endRecord, startRecord } from './records.js'
import { StoredFile, type Part } from './stored-file.js'

export interface SegmentWriterSettings {
  path: string
  /** Only what is for the same one is taken over. */
  source: string
  fsync: Fsync
}

export class SegmentWriter {
  readonly #root: string
  readonly #source: string
  readonly #fsync: Fsync
  readonly #warn: (text: string) => void
  readonly #liveness: Liveness
  readonly #recovery: Recovery
  #file: BatchFile | undefined
  #isMade = false
  #number = 0
  #record = Buffer.allocUnsafeSlow(4096)

  constructor({ path, source, fsync }: SegmentWriterSettings, warn: (text: string) => void) {
    this.#root = path
    this.#source = source
    this.#fsync = fsync
    this.#warn = warn
    this.#liveness = new Liveness(path)
    this.#recovery = new Recovery(path, source, this.#liveness, warn)
  }

  /**
   * Writes the message that the growing batch has at its end, and has not added yet.
   *
   * @throws what Node throws; then nothing of it is in the file
   */
  write(growing: OpenBatch, size: number): void {
    this.#append(size, (record, at) => growing.copyWritten(size, record, at))
  }

  /** Takes the message that was written last out of the file again. Never throws. */
  undo(): void {
    this.#file?.undo()
  }

  /** The growing batch is going to be sent. */
  endFile(part: Part): StoredFile {
    return this.#end(part)
  }

  /** The growing batch does not grow any more, and waits. If it throws, it may be called again. */
  sealFile(part: Part): StoredFile {
    this.#file?.seal(part.count)
    return this.#end(part)
  }

  /**
   * Shows that we live, and brings what is new to the disk.
   *
   * @param growing what is in the file that grows: where that has been removed, it gets another
   */
  async beat(growing: OpenBatch): Promise<void> {
    this.#file?.sync()
    await this.#replaceIfGone(growing)
    await this.#liveness.beat()
  }

  /** What the dead have left is ours then. */
  async sweep(): Promise<Sweep> {
    try {
      return await this.#recovery.sweep()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      // Nothing has been written yet, or the directory was removed.
      return { claimed: [], othersBytes: 0 }
    }
  }

  /** What is left is for any client that comes. */
  leave(): void {
    // Closed before without a batch: nothing but a file's beginning is in it.
    this.#dropFile()
    this.#recovery.end()
    if (this.#isMade) this.#recovery.release(this.#liveness.owner)
    this.#liveness.end()
  }

  async #replaceIfGone(growing: OpenBatch): Promise<void> {
    const file = this.#file
    // Taken, or full, while we looked: then it was us who renamed or removed it.
    if (!file || (await isThere(file.path)) || this.#file !== file) return
    this.#warn('the directory of the outbox was removed while it was in use')
    this.#dropFile()
    const { batch } = growing
    for (let index = 0; index < (batch?.count ?? 0); index++) {
      const size = batch?.sizeOf(index) ?? 0
      this.#append(size, (record, at) => batch?.copyMessage(index, record, at))
    }
  }

  #append(size: number, copyTo: (record: Buffer, at: number) => void): void {
    const file = (this.#file ??= this.#newFile())
    // The comma or the header before it, the checksum and a line's end after it.
    if (this.#record.length < size + 64) this.#record = Buffer.allocUnsafeSlow(size * 2 + 64)
    const start = startRecord(this.#record, file.isEmpty)
    copyTo(this.#record, start)
    file.append(this.#record, endRecord(this.#record, start, start + size))
  }

  #end({ sequence, count }: Part): StoredFile {
    const path = this.#file?.path ?? ''
    const stored = new StoredFile({ path, origin: this.#liveness.owner, sequence, count })
    this.#dropFile()
    return stored
  }

  #dropFile(): void {
    this.#file?.close()
    this.#file = undefined
  }

  #newFile(): BatchFile {
    if (!this.#isMade) this.#make()
    try {
      return this.#open()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      // The directory was removed under us.
      this.#make()
      return this.#open()
    }
  }

  #open(): BatchFile {
    const name = { number: ++this.#number, since: Date.now() }
    return new BatchFile(this.#ours, name, {
      fsync: this.#fsync,
      onSyncFailed: (error) =>
        this.#warn(`what is in the outbox could not be written to the disk: ${errorCode(error)}`),
    })
  }

  #make(): void {
    mkdirSync(this.#root, { recursive: true, mode: 0o700 })
    // First the liveness marker: what is ours must never seem to be a dead client's.
    this.#liveness.announce()
    mkdirSync(this.#ours, { recursive: true, mode: 0o700 })
    this.#isMade = true
  }

  get #ours(): string {
    const { owner } = this.#liveness
    return join(this.#root, ownedDirectoryName({ source: this.#source, origin: owner, owner }))
  }
}

async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  )
}
