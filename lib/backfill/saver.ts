// Saves how far a run is, again and again, one save at a time.

/** What is saved while a save is in flight is saved by the next one, once. */
export class Saver {
  readonly #save: () => Promise<void>
  readonly #failed: (error: unknown) => void
  #isWanted = false
  #running: Promise<void> | undefined

  /** @param failed told when a save throws; none follows it */
  constructor(save: () => Promise<void>, failed: (error: unknown) => void) {
    this.#save = save
    this.#failed = failed
  }

  /** There is something new to save. */
  request(): void {
    this.#isWanted = true
    this.#running ??= this.#run()
  }

  /** Resolves when everything that was asked for is saved, or has failed. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  async #run(): Promise<void> {
    try {
      // Not within the call that asks for it: others may follow in the same turn.
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
