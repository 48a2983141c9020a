// How many there are of each: of spaces, how many messages or profiles they have.

export class Tally {
  readonly #counts = new Map<string, number>()

  /** Those of which there is at least one. */
  keys(): Iterable<string> {
    return this.#counts.keys()
  }

  add(key: string, count: number): void {
    const sum = (this.#counts.get(key) ?? 0) + count
    if (sum === 0) this.#counts.delete(key)
    else this.#counts.set(key, sum)
  }
}
