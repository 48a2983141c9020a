// The interface of a source of rows, and of their positions in it.

/** Where to find a row in its source: a line of a file (the first is 1), or a key of a query. JSON-safe. */
export interface RowPosition {
  readonly line?: number
  readonly key?: unknown
  /** If a query has several readers: how far each of them is. */
  readonly readers?: readonly ReaderPlace[]
}

/** A range of keys, and the last one that was read of it. */
export interface ReaderPlace {
  /** The first key that is not of the range; undefined in the last one. */
  readonly until?: string | undefined
  readonly key?: unknown
}

/** A row, with its position. */
export interface SourceRow<Row = unknown> {
  readonly row: Row
  readonly position: RowPosition
}

/** A part of a source that could not be read as a row. Reading continues after it. */
export interface BrokenRow {
  /** The reason, as text for people: 'the quote that opens in column 3 is never closed'. */
  readonly broken: string
  /** The raw text from the source; left out over 64 KiB. */
  readonly text?: string
  /** How to read the text, if it is a line of a CSV file: with these, a line of the rejects can be read by itself. */
  readonly csv?: {
    readonly columns: readonly string[]
    readonly delimiter: string
    /** Empty if quotes are plain text. */
    readonly quote: string
  }
  readonly position: RowPosition
}

/** A source whose rows have positions, so that reading can resume after one: a file, a query with a key. */
export interface BackfillSource<Row = unknown> {
  /**
   * Changes if the content or the query changes: a resumed run compares it with the checkpoint. Without secrets or content
   * of rows.
   */
  readonly fingerprint: string | Promise<string>
  /** For messages to people: 'users.csv', 'a query'. Without secrets. */
  readonly name?: string
  /**
   * Reads the rows after `after`: the position of the last confirmed row, and the number of rows up to it, including broken
   * ones.
   */
  open(after?: { position: RowPosition; rows: number }): AsyncIterable<SourceRow<Row> | BrokenRow>
  /** For a progress bar, if known: the total in bytes or rows; `done()` has the same unit. */
  readonly total?: number | Promise<number | undefined>
  done?(): number
}
