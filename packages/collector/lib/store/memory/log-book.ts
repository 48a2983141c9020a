// Rows in the order in which they came, the newest of which are kept.

/** A list that grows at its end and is cut at its beginning. */
export class LogBook<T> {
  #items: T[] = []
  #first = 0

  get length(): number {
    return this.#items.length - this.#first
  }

  push(item: T): void {
    this.#items.push(item)
  }

  /** Takes the newest out again. */
  pop(): T | undefined {
    return this.length === 0 ? undefined : this.#items.pop()
  }

  /** Takes the oldest out. */
  shift(): T | undefined {
    if (this.length === 0) return undefined
    const item = this.#items[this.#first]
    this.#first += 1
    // Array.shift() moves all that is behind it: here that is done once for many.
    if (this.#first * 2 > this.#items.length && this.#first > 1000) this.#cut()
    return item
  }

  *oldestFirst(): Generator<T> {
    for (let i = this.#first; i < this.#items.length; i++) yield this.#items[i] as T
  }

  *newestFirst(): Generator<T> {
    for (let i = this.#items.length - 1; i >= this.#first; i--) yield this.#items[i] as T
  }

  /** Keeps those of which it is true. @returns what it had before, to be put back by `restore()` */
  filter(isKept: (item: T) => boolean): readonly T[] {
    this.#cut()
    const before = this.#items
    this.#items = before.filter(isKept)
    return before
  }

  restore(items: readonly T[]): void {
    this.#items = [...items]
    this.#first = 0
  }

  #cut(): void {
    this.#items = this.#items.slice(this.#first)
    this.#first = 0
  }
}
