// Wakes everyone who waits for the collector to have something new.

export class Changes {
  #next: Promise<void> | undefined
  #wake: (() => void) | undefined

  /** Resolves at the next change. All who wait share one promise: nothing is left behind by who stops waiting. */
  next(): Promise<void> {
    this.#next ??= new Promise((resolve) => {
      this.#wake = resolve
    })
    return this.#next
  }

  tell(): void {
    this.#wake?.()
    this.#next = undefined
    this.#wake = undefined
  }
}
