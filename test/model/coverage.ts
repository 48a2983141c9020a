// How often each thing that a run may do was really done: what is never exercised is not tested.

export class Coverage {
  readonly #hits = new Map<string, number>()

  hit(name: string, times = 1): void {
    this.#hits.set(name, (this.#hits.get(name) ?? 0) + times)
  }

  of(name: string): number {
    return this.#hits.get(name) ?? 0
  }

  /** What was done less often than it must be. */
  below(least: ReadonlyMap<string, number>): string[] {
    return [...least]
      .filter(([name, times]) => this.of(name) < times)
      .map(([name]) => this.#line(name))
  }

  toString(): string {
    return [...this.#hits.keys()]
      .sort()
      .map((name) => this.#line(name))
      .join('\n')
  }

  #line(name: string): string {
    return `${String(this.of(name)).padStart(9)}  ${name}`
  }
}
