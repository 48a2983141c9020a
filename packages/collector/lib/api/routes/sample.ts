// How many messages a second a live reader wants, and how many it was spared.

/** How often a reader hears how many were left out, ms. */
const REPORT_EVERY = 250
/** As many come at once, however few a second are wanted: a batch of a client is seen whole. */
const BURST = 200

export class Sample {
  readonly #perSecond: number
  #left = BURST
  #refilled = performance.now()
  #skipped = 0
  #reported = -Infinity

  /** @param perSecond - How many messages a second are wanted, on average. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Whether the next message is one of them. */
  admits(): boolean {
    const now = performance.now()
    const gained = ((now - this.#refilled) / 1000) * this.#perSecond
    this.#left = Math.min(BURST, this.#left + gained)
    this.#refilled = now
    if (this.#left < 1) {
      this.#skipped += 1
      return false
    }
    this.#left -= 1
    return true
  }

  skip(count: number): void {
    this.#skipped += count
  }

  /** How long until there is something to report, ms; Infinity if nothing was left out. */
  get reportIn(): number {
    if (this.#skipped === 0) return Infinity
    return Math.max(0, this.#reported + REPORT_EVERY - performance.now())
  }

  /** How many were left out since the last report; 0 if it is not yet time for one. */
  report(): number {
    if (this.reportIn > 0) return 0
    const skipped = this.#skipped
    this.#skipped = 0
    this.#reported = performance.now()
    return skipped
  }
}
