// What a soak has done, for its last page.

export class Totals {
  rounds = 0
  clients = 0
  /** Calls that had returned. */
  calls = 0
  /** Calls that were told at once that there is no room. */
  refused = 0
  /** Messages that the collector has, each once. */
  delivered = 0
  /** Messages that it had already. */
  duplicates = 0
  /** Half messages that were cut off: their calls had not returned. */
  torn = 0
  /** What else was found. */
  readonly notes: string[] = []
  readonly failed = new Map<string, number>()
  /** What was done to clients, endpoint and host, by kind. */
  readonly faults = new Map<string, number>()

  fault(kind: string): void {
    add(this.faults, kind, 1)
  }

  fail(code: string, count: number): void {
    add(this.failed, code, count)
  }

  /** Adds another's. */
  add(other: Totals): void {
    this.rounds += other.rounds
    this.clients += other.clients
    this.calls += other.calls
    this.refused += other.refused
    this.delivered += other.delivered
    this.duplicates += other.duplicates
    this.torn += other.torn
    for (const [code, count] of other.failed) add(this.failed, code, count)
    for (const [kind, count] of other.faults) add(this.faults, kind, count)
  }

  toString(): string {
    return [
      `rounds ${this.rounds}, clients ${this.clients}`,
      `calls ${this.calls}, refused in the call ${this.refused}`,
      `delivered ${this.delivered}, duplicates before dedup ${this.duplicates}`,
      `failed: ${listOf(this.failed)}; half messages cut off: ${this.torn}`,
      `faults: ${listOf(this.faults)}`,
    ].join('\n  ')
  }
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count)
}

function listOf(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([key, count]) => `${key} ${count}`).join(', ') || 'none'
}
