// Counts that outlive what was counted.
import type { Undo } from './undo.js'

export class Counters {
  readonly #counts = new Map<string, number>()

  add(name: string, count: number, undo: Undo): void {
    if (count === 0) return
    this.#counts.set(name, this.get(name) + count)
    undo.push(() => this.#counts.set(name, this.get(name) - count))
  }

  get(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  /** The counts whose names begin so, by the rest of their names. */
  under(prefix: string): Record<string, number> {
    const found = [...this.#counts].filter(([name, n]) => name.startsWith(prefix) && n !== 0)
    return Object.fromEntries(found.map(([name, count]) => [name.slice(prefix.length), count]))
  }
}
