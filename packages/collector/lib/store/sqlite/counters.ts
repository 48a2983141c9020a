// Counts that are written with each transaction, so that nobody counts rows.
import type { Statements } from './statements.js'

export class Counters {
  readonly #statements: Statements
  readonly #counts = new Map<string, number>()
  readonly #changed = new Map<string, number>()

  constructor(statements: Statements) {
    this.#statements = statements
  }

  load(): void {
    this.#changed.clear()
    this.#counts.clear()
    const rows = this.#statements.all('SELECT name, value FROM selfsame_counters')
    for (const [name, value] of rows as [string, number][]) this.#counts.set(name, value)
  }

  get(name: string): number {
    return this.#changed.get(name) ?? this.#counts.get(name) ?? 0
  }

  add(name: string, count: number): number {
    const value = this.get(name) + count
    if (count !== 0) this.#changed.set(name, value)
    return value
  }

  beforeCommit(): void {
    this.#statements.insert(
      {
        table: 'selfsame_counters',
        columns: ['name', 'value'],
        tail: 'ON CONFLICT DO UPDATE SET value = excluded.value',
      },
      [...this.#changed],
    )
  }

  committed(): void {
    for (const [name, value] of this.#changed) this.#counts.set(name, value)
    this.#changed.clear()
  }

  rolledBack(): void {
    this.#changed.clear()
  }
}
