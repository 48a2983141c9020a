// The option `timeout` of flush() and close().

/** The default of close(), in milliseconds. */
export const closeTimeout = 25_000

/** A user's timeout. A negative one is 0; one that is not a number must not mean to wait forever. */
export function milliseconds(timeout: unknown): number | undefined {
  if (timeout === undefined || timeout === null) return undefined
  return typeof timeout === 'number' && !Number.isNaN(timeout) ? Math.max(0, timeout) : closeTimeout
}
