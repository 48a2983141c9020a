// Limits the size of requests on a link that is too slow to send full batches within httpRequestTimeout.

/** The next request may grow only if this one took less than this share of the timeout. */
const comfortable = 0.5

export class RequestSize {
  readonly #timeout: number
  /** The largest size that has timed out, in bytes. Once requests reach it again, the limit is lifted. */
  #timedOut = 0
  /** The most bytes of messages that one request carries. */
  #max = Infinity

  /** @param timeout milliseconds for one attempt */
  constructor(timeout: number) {
    this.#timeout = timeout
  }

  get max(): number {
    return this.#max
  }

  /** A request of so many bytes has timed out: the next one carries at most half as many. */
  halve(bytes: number): void {
    this.#timedOut = Math.max(this.#timedOut, bytes)
    this.#max = Math.min(this.#max, bytes / 2)
  }

  /**
   * A request of so many bytes was answered after so many milliseconds. The next one carries at most twice as many, and
   * no more than should fit into half of the timeout: growing until one times out would waste every other attempt.
   */
  grow(bytes: number, duration: number): void {
    if (this.#max === Infinity) return
    const fitting = (bytes * this.#timeout * comfortable) / Math.max(1, duration)
    this.#max = Math.max(this.#max, Math.min(bytes * 2, fitting))
    if (this.#max < this.#timedOut) return
    this.#max = Infinity
    this.#timedOut = 0
  }
}
