// Our own place in the outbox: the growing file, and those that are full.

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
  /** Only directories of the same source are taken over. */
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
   * Writes the message at the end of the growing batch, which is not added yet.
   *
   * @throws what Node throws; then nothing of it is in the file
   */
  write(growing: OpenBatch, size: number): void {
    this.#append(size, (record, at) => growing.copyWritten(size, record, at))
  }

  /** Removes the message that was written last from the file again. Never throws. */
  undo(): void {
    this.#file?.undo()
  }

  /** The growing batch will be sent now. */
  endFile(part: Part): StoredFile {
    return this.#end(part)
  }

  /** The growing batch is complete, and waits. If this throws, it may be called again. */
  sealFile(part: Part): StoredFile {
    this.#file?.seal(part.count)
    return this.#end(part)
  }

  /**
   * Renews the liveness marker, and syncs what is new.
   *
   * @param growing the content of the growing file: if that was removed, it gets another
   */
  async beat(growing: OpenBatch): Promise<void> {
    this.#file?.sync()
    await this.#replaceIfGone(growing)
    await this.#liveness.beat()
  }

  /** Makes what dead clients have left ours. */
  async sweep(): Promise<Sweep> {
    try {
      return await this.#recovery.sweep()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      // Nothing is written yet, or the directory was removed.
      return { claimed: [], othersBytes: 0 }
    }
  }

  /** Leaves what remains to any other client. */
  leave(): void {
    // Closed before without a batch: it has only the beginning of a file.
    this.#dropFile()
    this.#recovery.end()
    if (this.#isMade) this.#recovery.release(this.#liveness.owner)
    this.#liveness.end()
  }

  async #replaceIfGone(growing: OpenBatch): Promise<void> {
    const file = this.#file
    // Taken or completed meanwhile: then this process renamed or removed it.
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
    // Before it the comma or the header, after it the checksum and a newline.
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
      // The directory was removed while in use.
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
    // The liveness marker first: what is ours must never seem to belong to a dead client.
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
