// How many messages were accepted, and how many were delivered or failed.

import type { ErrorCode } from '../runtime/error-codes.js'

/** `enqueued = delivered + queued + failed + pending` at every moment; the outbox counts what is pending. */
export class Counters {
  enqueued = 0
  delivered = 0
  /** Handed over to a shared queue. */
  queued = 0
  failed = 0
  readonly failedByCode: Partial<Record<ErrorCode, number>> = {}

  fail(code: ErrorCode, count: number): void {
    this.failed += count
    this.failedByCode[code] = (this.failedByCode[code] ?? 0) + count
  }

  /** Counts a message that fails as it is enqueued, and queues its report. If that throws, nothing has changed. */
  whileFailing(code: ErrorCode, report: () => void): void {
    this.fail(code, 1)
    this.enqueued++
    try {
      report()
    } catch (error) {
      // No function call here: it could throw again.
      this.enqueued--
      this.failed--
      this.failedByCode[code] = (this.failedByCode[code] ?? 1) - 1
      throw error
    }
  }
}
