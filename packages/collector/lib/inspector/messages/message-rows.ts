// The rows of the list: the newest 500, whatever comes.
import type { Row } from './row.js'

export const MOST_ROWS = 500

export class MessageRows {
  #rows: readonly Row[] = []
  #pending: Row[] = []
  #isPaused = false
  #held = 0

  /** The newest first. */
  get rows(): readonly Row[] {
    return this.#rows
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** How many came since the pause began. */
  get held(): number {
    return this.#held
  }

  /** A message came. It is among the rows after the next flush(). */
  add(row: Row): void {
    this.#pending.push(row)
    if (this.#isPaused) this.#held += 1
    // Twice as many, so that not each of them moves all.
    if (this.#pending.length > 2 * MOST_ROWS) this.#pending = this.#pending.slice(-MOST_ROWS)
  }

  /** @returns whether the rows are others */
  flush(): boolean {
    if (this.#isPaused || this.#pending.length === 0) return false
    this.#rows = merged(this.#pending, this.#rows)
    this.#pending = []
    return true
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#held = 0
    this.flush()
  }

  /** What is there already: it takes the place of what was shown. What came meanwhile stays. */
  load(rows: readonly Row[]): void {
    if (this.#isPaused) return
    this.#rows = merged(this.#pending, rows)
    this.#pending = []
  }

  clear(): void {
    this.#rows = []
    this.#pending = []
    this.#held = 0
  }
}

/** The newest first, each once. */
function merged(pending: readonly Row[], rows: readonly Row[]): readonly Row[] {
  const known = new Set(rows.map(({ position }) => position))
  const added: Row[] = []
  for (let place = pending.length - 1; place >= 0; place -= 1) {
    const row = pending[place]
    if (row === undefined || known.has(row.position)) continue
    known.add(row.position)
    added.push(row)
  }
  return [...added, ...rows].sort((a, b) => compare(b.position, a.position)).slice(0, MOST_ROWS)
}

/** Below 0 if a came first. */
export function compare(a: string, b: string): number {
  const [seqA = 0, orderA = 0] = a.split('.').map(Number)
  const [seqB = 0, orderB = 0] = b.split('.').map(Number)
  return seqA - seqB || orderA - orderB
}
