// Saves the progress of a run, one save at a time.

/** Requests during a save are combined into one save after it. */
export class Saver {
  readonly #save: () => Promise<void>
  readonly #failed: (error: unknown) => void
  #isWanted = false
  #running: Promise<void> | undefined

  /** @param failed called when a save throws, after which there are no more */
  constructor(save: () => Promise<void>, failed: (error: unknown) => void) {
    this.#save = save
    this.#failed = failed
  }

  /** There is something new to save. */
  request(): void {
    this.#isWanted = true
    this.#running ??= this.#run()
  }

  /** Resolves when everything requested is saved, or has failed. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  async #run(): Promise<void> {
    try {
      // Not synchronously: more requests may follow in the same turn.
      await Promise.resolve()
      while (this.#isWanted) {
        this.#isWanted = false
        await this.#save()
      }
      this.#running = undefined
    } catch (error) {
      this.#running = undefined
      this.#failed(error)
    }
  }
}
