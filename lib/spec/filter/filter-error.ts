// The one error of the filter language.

/** A filter that cannot be read. The message names the place, what is wrong and what is allowed. */
export class FilterError extends Error {
  override readonly name = 'FilterError'
  /** Where in the filter, counted from 0, in UTF-16 code units. */
  readonly position: number
  /** What could stand there. */
  readonly allowed: string

  constructor(position: number, problem: string, allowed: string) {
    super(`filter, character ${position + 1}: ${problem}; allowed: ${allowed}`)
    this.position = position
    this.allowed = allowed
  }
}
