// The newest messages that were not kept: no store has them.
import type { FoundMessage, Refused } from './found.js'
import { compare, type Position } from './position.js'

const MAX_REFUSALS = 1000

export interface RefusedMessage extends Omit<Refused, 'at'> {
  /** Whatever was sent. */
  readonly message: unknown
  readonly space?: string | undefined
  readonly source?: string | undefined
}

export class Refusals {
  #items: FoundMessage[] = []
  #count = 0

  /** @param seq - The place of the newest message that was kept. @param at - Now, ms since 1970. */
  push(
    { message, space, source, ...why }: RefusedMessage,
    { seq, at }: { seq: number; at: number },
  ): FoundMessage {
    this.#count += 1
    const before = this.#items.at(-1)?.position.seq ?? 0
    // Never before one that was refused earlier: cursors rely on the order.
    const position = { seq: Math.max(seq, before), order: this.#count }
    const refused = { ...why, at: new Date(at).toISOString() }
    const found: FoundMessage = { position, message, space, source, refused }
    if (this.#items.push(found) > MAX_REFUSALS) this.#items.shift()
    return found
  }

  /** Those between two positions, the oldest first. */
  between(after: Position | undefined, before: Position | undefined): FoundMessage[] {
    return this.#items.filter(
      ({ position }) =>
        (after === undefined || compare(position, after) > 0) &&
        (before === undefined || compare(position, before) < 0),
    )
  }

  forget(isForgotten: (found: FoundMessage) => boolean): void {
    this.#items = this.#items.filter((found) => !isForgotten(found))
  }

  clear(): void {
    this.#items = []
  }
}
