// The error that rejects a row.

/** What is wrong with one row. Others are not affected. */
export class RowError extends Error {
  override readonly name = 'RowError'
  /** The same for all rows with this fault; the report counts by it. Contains nothing of the row. */
  readonly kind: string
  /** The wrong value, if there is a single one. It is personal data, so neither text contains it. */
  readonly value: string | undefined

  constructor(kind: string, reason: string, value?: string) {
    super(reason)
    this.kind = kind
    this.value = value
  }
}
