// How a transaction in memory is taken back: each change says how to undo it.

export class Undo {
  readonly #steps: (() => unknown)[] = []

  push(step: () => unknown): void {
    this.#steps.push(step)
  }

  run(): void {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) step()
  }
}
