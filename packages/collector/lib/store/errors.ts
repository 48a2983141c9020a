// How a store says that it cannot keep what it was given.
import { isError } from '../../../../lib/runtime/value-kinds.js'

/** The database cannot take anything now: it is full, locked, closed or gone. Nothing of the work was kept. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  /** When to try again, in seconds: for the `Retry-After` of an answer. */
  readonly retryAfter: number

  constructor(
    message: string,
    { cause, retryAfter = 1 }: { cause?: unknown; retryAfter?: number } = {},
  ) {
    super(message, { cause })
    this.retryAfter = retryAfter
  }
}

/** By its name: in a bundle, a store that is loaded when it is needed may have another copy of the class. */
export function isUnavailable(error: unknown): error is StoreUnavailable {
  return isError(error) && error.name === 'StoreUnavailable'
}

/** The database cannot be opened, and trying again will not help: the message says what will. */
export class StoreNotUsable extends Error {
  override readonly name = 'StoreNotUsable'
}

/** A query that is not allowed, wrong or too slow: the message is for the one who wrote it. */
export class QueryRejected extends Error {
  override readonly name = 'QueryRejected'
}
