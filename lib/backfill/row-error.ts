// Why one row is rejected.

/** What is wrong with one row; the others go on. */
export class RowError extends Error {
  override readonly name = 'RowError'
  /** The same for all rows with this fault: what the report counts by. It never holds anything of a row. */
  readonly kind: string

  constructor(kind: string, reason: string) {
    super(reason)
    this.kind = kind
  }
}
