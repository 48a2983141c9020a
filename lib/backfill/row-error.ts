// Why one row is rejected.

/** What is wrong with one row; the others go on. */
export class RowError extends Error {
  override readonly name = 'RowError'
  /** The same for all rows with this fault: what the report counts by. It never holds anything of a row. */
  readonly kind: string
  /** The value that is wrong, if it is a single one. It is somebody's data, and in neither text. */
  readonly value: string | undefined

  constructor(kind: string, reason: string, value?: string) {
    super(reason)
    this.kind = kind
    this.value = value
  }
}
