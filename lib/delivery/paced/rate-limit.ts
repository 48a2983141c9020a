// The pace: decides when the next messages may go.

/**
 * The longest pause that is made up for, in milliseconds. More would cause a burst after each outage; with none, each
 * late timer would slow the run down.
 */
const maxLag = 200
/** In milliseconds. A timer of Node runs for 25 days at most. */
const maxWait = 3_600_000

/** Uses the monotonic clock, so that setting the time of day neither stops nor speeds up a run. */
export class RateLimit {
  readonly #rate: number
  readonly #now: () => number
  #next = -Infinity

  /** @param rate messages a second; 0 for no limit */
  constructor(rate: number, now: () => number = () => performance.now()) {
    this.#rate = rate
    this.#now = now
  }

  /** Milliseconds until more may go, or until the caller should ask again; 0 if more may go now. */
  get wait(): number {
    if (this.#rate === 0) return 0
    return Math.min(Math.max(0, this.#next - this.#now()), maxWait)
  }

  /** Counts so many messages as sent now. */
  spend(count: number): void {
    if (this.#rate === 0) return
    this.#next = Math.max(this.#next, this.#now() - maxLag) + (count / this.#rate) * 1000
  }
}
