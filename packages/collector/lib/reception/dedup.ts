// Remembers which messageIds have been seen, for a window of time and within bounded memory.

/**
 * Two generations of ids. When the young one has spanned a whole window it becomes the old one, and what was the old
 * one is forgotten as a whole: pruning costs nothing, and no more than two windows of ids are ever held.
 */
export class Dedup {
  readonly #window: number
  readonly #maxIds: number
  #young = new Map<string, number>()
  #old = new Map<string, number>()
  #youngSince: number | undefined

  /**
   * @param window - How long an id is remembered, ms.
   * @param maxIds - Ids in one generation. Past it the oldest are forgotten before their window is over.
   */
  constructor(window: number, maxIds = 2_000_000) {
    this.#window = window
    this.#maxIds = maxIds
  }

  /** True if the id is new within the window. From then on it is not. */
  isNew(id: string, now: number): boolean {
    const seenAt = this.#young.get(id) ?? this.#old.get(id)
    if (seenAt !== undefined && now - seenAt < this.#window) return false
    this.#youngSince ??= now
    if (now - this.#youngSince >= this.#window || this.#young.size >= this.#maxIds) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngSince = now
    }
    this.#young.set(id, now)
    return true
  }

  /** How many ids are held. */
  get size(): number {
    return this.#young.size + this.#old.size
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
    this.#youngSince = undefined
  }
}
