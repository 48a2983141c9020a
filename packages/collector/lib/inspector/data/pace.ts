// How often the page may ask: a collector with very many messages is not to spend its time on answers.

const SHORTEST = 1000
/** Of its time a collector spends at most about a tenth on a page. */
const SHARE = 10

let slowest = 0

/** An answer took so long, ms. */
export function noteAnswer(duration: number): void {
  slowest = Math.max(duration, slowest / 2)
}

/** How long to wait until the next question of the same kind, ms. */
export function pause(): number {
  return Math.max(SHORTEST, slowest * SHARE)
}
