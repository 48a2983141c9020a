// How a store says that it cannot keep what it was given.

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

/**
 * A new profile has the id of another: that of somebody whose first identifier was split off, and then erased. Nothing
 * of the work was kept. `Graph.avoid()` gives another id.
 */
export class ProfileIdTaken extends Error {
  override readonly name = 'ProfileIdTaken'
  readonly id: string

  constructor(id: string) {
    super(`There is a profile ${id} already`)
    this.id = id
  }
}

/** The database cannot be opened, and trying again will not help: the message says what will. */
export class StoreNotUsable extends Error {
  override readonly name = 'StoreNotUsable'
}

/** A query that is not allowed, wrong or too slow: the message is for the one who wrote it. */
export class QueryRejected extends Error {
  override readonly name = 'QueryRejected'
}
