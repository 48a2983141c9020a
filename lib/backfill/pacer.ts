// The pace: when the next messages may go.

/**
 * How long a pause may have been, in milliseconds, to be made up for. More would be a burst after each outage; none
 * would fall behind with each late timer.
 */
const longestLag = 200

/** On the monotonic clock: setting the time of day neither stops nor hurries a run. */
export class Pacer {
  readonly #rate: number
  readonly #now: () => number
  #next = -Infinity

  /** @param rate messages a second; 0 for no limit */
  constructor(rate: number, now: () => number = () => performance.now()) {
    this.#rate = rate
    this.#now = now
  }

  /** Milliseconds until more may go; 0 where they may now. */
  get wait(): number {
    return this.#rate === 0 ? 0 : Math.max(0, this.#next - this.#now())
  }

  /** So many go now. */
  spend(count: number): void {
    if (this.#rate === 0) return
    this.#next = Math.max(this.#next, this.#now() - longestLag) + (count / this.#rate) * 1000
  }
}
