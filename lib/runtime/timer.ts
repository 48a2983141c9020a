// Timers that never hold the process open, and turns that go on if a test has replaced the timers.

/**
 * As setTimeout, but never holds the process open. In Jest's jsdom, and if tests replace the timers, a timer may be a
 * number, which cannot be unref'd.
 */
export function idleTimer(callback: () => void, milliseconds: number): NodeJS.Timeout {
  const timer = setTimeout(callback, milliseconds)
  ;(timer as Partial<NodeJS.Timeout>).unref?.()
  return timer
}

/** As queueMicrotask. Taken now: tests replace the global one, and what has failed is reported all the same. */
export const inMicrotask = queueMicrotask

/** The longest that a timer of Node can run, in milliseconds: about 25 days. */
export const longestTimer = 2 ** 31 - 1
