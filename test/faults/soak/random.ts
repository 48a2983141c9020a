// Chance that can be repeated: everything that a soak decides comes from its seed.

import { seeded } from './programs/content.js'

export class Random {
  readonly #label: string
  readonly #next: () => number

  constructor(label: string) {
    this.#label = label
    this.#next = seeded(label)
  }

  /** From 0 to below 1. */
  next(): number {
    return this.#next()
  }

  /** A whole number, both ends included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.#next() * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.#next() < probability
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.integer(0, choices.length - 1)]
    if (choice === undefined) throw new RangeError('nothing to choose from')
    return choice
  }

  /** So many different ones of them. */
  sample<T>(choices: readonly T[], count: number): T[] {
    const left = [...choices]
    const taken: T[] = []
    while (taken.length < count && left.length > 0) {
      taken.push(...left.splice(this.integer(0, left.length - 1), 1))
    }
    return taken
  }

  /** One of its own for a part: what happens beside it at another pace changes nothing there. */
  fork(part: string | number): Random {
    return new Random(`${this.#label}/${part}`)
  }

  /** What a fork in another process begins with. */
  get label(): string {
    return this.#label
  }
}
