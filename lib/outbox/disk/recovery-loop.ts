// Periodically looks for what dead clients have left, and renews our own liveness marker.

import { errorCode } from '../../runtime/describe-value.js'
import type { Claimed } from './recovery.js'
import type { OpenBatch } from '../open-batch.js'
import type { SegmentWriter } from './segment-writer.js'
import { isPassing } from './regular-file.js'
import { storedIn, type FoundFile } from './segment-reader.js'

export interface RecoveryLoopOptions {
  writer: SegmentWriter
  growing: OpenBatch
  /** Milliseconds between two searches. */
  interval: number
  warn: (text: string) => void
  onFound: (directory: string, files: FoundFile[]) => void
  onOthersBytes: (bytes: number) => void
}

export class RecoveryLoop {
  readonly #options: RecoveryLoopOptions
  readonly #timer: NodeJS.Timeout
  /** Directories that were taken over but not yet read. */
  readonly #claimed: Claimed[] = []
  #isLooking = false
  #isEnded = false

  constructor(options: RecoveryLoopOptions) {
    this.#options = options
    this.#timer = setInterval(() => void this.look(), options.interval)
    // If a test replaces the timers, one may be a number.
    ;(this.#timer as Partial<NodeJS.Timeout>).unref?.()
  }

  /** Looks once. Never rejects. */
  async look(): Promise<void> {
    if (this.#isEnded || this.#isLooking) return
    this.#isLooking = true
    const { writer, growing, warn, onOthersBytes } = this.#options
    try {
      await writer.beat(growing)
      const { claimed, othersBytes } = await writer.sweep()
      onOthersBytes(othersBytes)
      this.#claimed.push(...claimed)
      for (const each of this.#claimed.splice(0)) await this.#read(each)
    } catch (error) {
      warn(
        `the directory of the outbox cannot be searched for what others have left: ${errorCode(error)}`,
      )
    }
    this.#isLooking = false
  }

  end(): void {
    this.#isEnded = true
    clearInterval(this.#timer)
  }

  async #read(claimed: Claimed): Promise<void> {
    const { path, origin } = claimed
    const cannotRead = (what: string, error: unknown): void => {
      // It was given back while it was being read.
      if (this.#isEnded) return
      this.#options.warn(`${what} of the outbox cannot be read, and stays: ${errorCode(error)}`)
    }
    try {
      const found = await storedIn(path, origin, cannotRead)
      if (!this.#isEnded) this.#options.onFound(path, found)
    } catch (error) {
      if (isPassing(error)) this.#claimed.push(claimed)
      else cannotRead('a directory', error)
    }
  }
}
