// How a run is going, for a progress bar.

/** Totals are those of the whole run, over all the times that it was resumed. */
export interface Progress {
  /** Rows read. */
  rows: number
  /** Messages that have been made. */
  sent: number
  delivered: number
  skipped: number
  rejected: number
  /** Messages that wait or are in flight. */
  pending: number
  /** Messages delivered a second, over the last seconds. */
  rate: number
  /** Of the messages made, their JSON. */
  bytes: number
  /** What `done` goes up to, in the source's unit: rows or bytes; undefined if that is not known. */
  total: number | undefined
  done: number
  /** For a person: 'the server answered 429; retry in 12 s', 'the pace (500/s)', 'the source'. */
  waitingFor: string | undefined
}

/** The least time between two calls of `onProgress`, in milliseconds. */
export const progressInterval = 100

/** The part of it that a row tracker counts. */
export type Live = Pick<Progress, 'rows' | 'sent' | 'delivered' | 'skipped' | 'rejected' | 'bytes'>

/** Over how many milliseconds the rate is measured. */
const span = 5_000

/** The rate of something that is counted. */
export class Rate {
  readonly #samples: { at: number; count: number }[] = []

  /** @param count of now @returns how many a second there were, over the last seconds */
  measure(count: number, at: number): number {
    const samples = this.#samples
    samples.push({ at, count })
    while (samples[1] && at - samples[1].at >= span) samples.shift()
    const [first] = samples
    if (!first || at === first.at) return 0
    return ((count - first.count) * 1000) / (at - first.at)
  }
}
