// What ends the reading of a source: one that is not there, or that cannot be read any further.

/** A source cannot be opened, or read to its end. What is wrong with single rows is told as `BrokenRow` instead. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
}
