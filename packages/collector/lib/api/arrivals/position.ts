// Where a message stands in the order of arrival, those that were not kept included.

/**
 * A kept message stands at its `seq`. One that was refused stands after the kept one before it, at a place of its own:
 * its `order` counts all that were refused.
 */
export interface Position {
  readonly seq: number
  /** 0 for a kept message. */
  readonly order: number
}

/** As the API writes it: `12`, or `12.3` for what was refused. */
export function positionText({ seq, order }: Position): string {
  return order === 0 ? String(seq) : `${seq}.${order}`
}

export function positionOf(text: string): Position | undefined {
  const parts = /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(text)
  return parts === null ? undefined : { seq: Number(parts[1]), order: Number(parts[2] ?? 0) }
}

/** Below 0 if a comes first. */
export function compare(a: Position, b: Position): number {
  return a.seq - b.seq || a.order - b.order
}
