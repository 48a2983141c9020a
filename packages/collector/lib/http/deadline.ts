// A point in time that can be waited for beside something else.

// What setTimeout can wait; a longer wait has no end that anyone would see.
const LONGEST_TIMER = 2_147_483_647

export class Deadline {
  /** Resolves when the time is over; never after cancel(). */
  readonly over: Promise<void>
  #timer: NodeJS.Timeout | undefined
  #isOver = false

  /** @param duration - From now on, ms. */
  constructor(duration: number) {
    this.over = new Promise((resolve) => {
      if (duration > LONGEST_TIMER) return
      this.#timer = setTimeout(() => {
        this.#isOver = true
        resolve()
      }, duration)
    })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }
}
