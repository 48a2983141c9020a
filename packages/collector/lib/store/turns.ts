// One at a time, in the order of their coming.

/** Lets work wait for the work before it, whether that succeeds or fails. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }

  /** Resolves when everything that had come by now is done. */
  async ended(): Promise<void> {
    await this.#last
  }
}
