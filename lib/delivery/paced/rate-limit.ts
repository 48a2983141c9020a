// The pace: when the next messages may go.

/**
 * How long a pause may have been, in milliseconds, to be made up for. More would be a burst after each outage; none
 * would fall behind with each late timer.
 */
const maxLag = 200
/** In milliseconds. No timer of Node's can run for longer than 25 days. */
const maxWait = 3_600_000

/** On the monotonic clock: setting the time of day neither stops nor hurries a run. */
export class RateLimit {
  readonly #rate: number
  readonly #now: () => number
  #next = -Infinity

  /** @param rate messages a second; 0 for no limit */
  constructor(rate: number, now: () => number = () => performance.now()) {
    this.#rate = rate
    this.#now = now
  }

  /** Milliseconds until more may go, or until it is to be asked again; 0 if they may now. */
  get wait(): number {
    if (this.#rate === 0) return 0
    return Math.min(Math.max(0, this.#next - this.#now()), maxWait)
  }

  /** So many go now. */
  spend(count: number): void {
    if (this.#rate === 0) return
    this.#next = Math.max(this.#next, this.#now() - maxLag) + (count / this.#rate) * 1000
  }
}
