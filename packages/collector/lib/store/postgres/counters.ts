// Counts that are kept with each transaction, so that nobody counts rows.
import type { Session } from './session.js'
import { insert, type Shape } from './sql-text.js'

const SHAPE: Shape = [
  ['name', 'text'],
  ['value', 'bigint'],
]

export class Counters {
  readonly #added = new Map<string, number>()

  add(name: string, count: number): void {
    if (count !== 0) this.#added.set(name, (this.#added.get(name) ?? 0) + count)
  }

  /** The last of a transaction: others wait for these rows. */
  save(session: Session): void {
    insert(
      session,
      {
        into: 'selfsame.selfsame_counters AS c',
        shape: SHAPE,
        tail: 'ON CONFLICT (name) DO UPDATE SET value = c.value + excluded.value',
      },
      [...this.#added],
    )
    this.#added.clear()
  }
}
