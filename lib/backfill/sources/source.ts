// Where the rows of a backfill come from, and where in it each of them stands.

/** Where a row came from, to find it again: a line of a file (the first is 1), or a key of a query. JSON-safe. */
export interface RowPosition {
  readonly line?: number
  readonly key?: unknown
}

/** One row of a source that knows positions. */
export interface SourceRow<Row = unknown> {
  readonly row: Row
  readonly position: RowPosition
}

/** A piece of a source that could not be read as a row; the rest goes on. */
export interface BrokenRow {
  /** The reason, for a person: 'the quote that opens in column 3 is never closed'. */
  readonly broken: string
  /** The raw text as it stands in the source (may be cut at 64 KiB). */
  readonly text?: string
  /** How to read the text, if it is a line of a CSV file: with these, a line of the rejects can be read by itself. */
  readonly csv?: {
    readonly columns: readonly string[]
    readonly delimiter: string
    /** Empty: quotes are text like any other. */
    readonly quote: string
  }
  readonly position: RowPosition
}

/** A source that knows where its rows are and can begin behind one of them: a file, a query with a key. */
export interface BackfillSource<Row = unknown> {
  /**
   * Changes where the content or the query does: a resumed run compares it with the checkpoint's. JSON-safe, no secrets,
   * no row content.
   */
  readonly fingerprint: string | Promise<string>
  /** For messages to people: 'users.csv', 'a query'. No secrets. */
  readonly name?: string
  /**
   * Rows behind `after`: the position of the last row that is confirmed, and how many rows (broken ones included) were
   * read up to it.
   */
  open(after?: { position: RowPosition; rows: number }): AsyncIterable<SourceRow<Row> | BrokenRow>
  /** For a progress bar, where known: total bytes or rows; `done()` in the same unit. */
  readonly total?: number | Promise<number | undefined>
  done?(): number
}
