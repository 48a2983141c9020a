// How long to wait before the next try.

const base = 500
const cap = 60_000

/**
 * Exponential backoff with full jitter, in milliseconds: uniform between 0 and a ceiling that doubles from 0.5 s to
 * 60 s. p-retry's own backoff loses its jitter at the cap: many clients would come back at the same moment.
 *
 * @param failures the number of failed tries, 1 or more
 */
export function backoff(failures: number, random: () => number = Math.random): number {
  return random() * maxBackoff(failures)
}

/** The ceiling of the backoff, in milliseconds. */
export function maxBackoff(failures: number): number {
  return Math.min(cap, base * 2 ** (failures - 1))
}
