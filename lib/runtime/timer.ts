// Timers that never hold the process open.

/**
 * As setTimeout, but never holds the process open. In Jest's jsdom, and if tests replace the timers, a timer may be a
 * number, which cannot be unref'd.
 */
export function idleTimer(callback: () => void, milliseconds: number): NodeJS.Timeout {
  const timer = setTimeout(callback, milliseconds)
  ;(timer as Partial<NodeJS.Timeout>).unref?.()
  return timer
}

/** The longest that a timer of Node's can run, in milliseconds: about 25 days. */
export const longestTimer = 2 ** 31 - 1
