// How a run is going, for a progress bar.

/** Totals cover the whole run, including earlier parts before it was resumed. */
export interface Progress {
  /** Rows read. */
  rows: number
  /** Messages made. */
  sent: number
  /** With the option `delivery`: those that the queue has. */
  delivered: number
  skipped: number
  rejected: number
  /** Messages waiting or in flight. */
  pending: number
  /** Messages delivered per second, over the last seconds. */
  rate: number
  /** The size of the messages made, as JSON. */
  bytes: number
  /** The final value of `done`, in the unit of the source: rows or bytes; undefined if unknown. */
  total: number | undefined
  done: number
  /** As text for people: 'the server answered 429; retry in 12 s', 'the pace (500/s)', 'the source'. */
  waitingFor: string | undefined
}

/** The least time between two calls of `onProgress`, in milliseconds. */
export const progressInterval = 100

/** The part that the row tracker counts. */
export type Live = Pick<Progress, 'rows' | 'sent' | 'delivered' | 'skipped' | 'rejected' | 'bytes'>

/** The rate is measured over so many milliseconds. */
const span = 5_000

/** Measures the rate of a count. */
export class Rate {
  readonly #samples: { at: number; count: number }[] = []

  /** @param count the count now @returns the rate per second, over the last seconds */
  measure(count: number, at: number): number {
    const samples = this.#samples
    samples.push({ at, count })
    while (samples[1] && at - samples[1].at >= span) samples.shift()
    const [first] = samples
    if (!first || at === first.at) return 0
    return ((count - first.count) * 1000) / (at - first.at)
  }
}
