// How many messages were taken on, and how each ended.

import type { ErrorCode } from '../runtime/error-codes.js'

/** `enqueued = delivered + failed + pending` at every moment; pending is counted by the outbox. */
export class Counters {
  enqueued = 0
  delivered = 0
  failed = 0
  readonly failedByCode: Partial<Record<ErrorCode, number>> = {}

  fail(code: ErrorCode, count: number): void {
    this.failed += count
    this.failedByCode[code] = (this.failedByCode[code] ?? 0) + count
  }
}
