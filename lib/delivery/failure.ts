// Why messages failed.

import type { ErrorCode } from '../runtime/error-codes.js'

/** Why a batch failed. */
export interface Failure {
  code: ErrorCode
  reason: string
  status?: number | undefined
  cause?: Error | undefined
}
