// The error that ends the reading of a source.

/** A source cannot be opened, or not be read to its end. Faults of single rows are reported as `BrokenRow` instead. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
}
