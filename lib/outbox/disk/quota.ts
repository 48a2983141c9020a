// How much the outbox holds, and how much it may hold.

import { recordOverhead } from './records.js'

/** The size of messages: their bytes in memory; in a file they take a little more. */
export interface Size {
  readonly count: number
  readonly bytes: number
}

export class Quota {
  readonly #maxQueueBytes: number
  /** Messages not yet settled. */
  count = 0
  /** Their bytes. */
  bytes = 0
  /** What other clients have in the directory, in bytes. */
  othersBytes = 0

  constructor(maxQueueBytes: number) {
    this.#maxQueueBytes = maxQueueBytes
  }

  /**
   * Whether a message of `size` bytes fits.
   *
   * @param without what would be removed first
   */
  fits(size: number, without: Size = { count: 0, bytes: 0 }): boolean {
    const count = this.count - without.count + 1
    const bytes = this.bytes - without.bytes + size + this.othersBytes
    return bytes + count * recordOverhead <= this.#maxQueueBytes
  }
}
