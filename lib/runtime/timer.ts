// Timers, and waiting for no longer than a time.

/** As setTimeout, but it never holds the process open. In Jest's jsdom, and where tests replace the timers, one may be a number, which cannot be unref'd. */
export function idleTimer(callback: () => void, milliseconds: number): NodeJS.Timeout {
  const timer = setTimeout(callback, milliseconds)
  ;(timer as Partial<NodeJS.Timeout>).unref?.()
  return timer
}

/** Resolves or rejects as the promise does, or resolves after so many milliseconds. The wait holds the process open. */
export async function within(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)))
  try {
    await Promise.race([promise, end])
  } finally {
    clearTimeout(timer)
  }
}

/** The longest that a timer of Node's can run, in milliseconds: about 25 days. */
export const longestTimer = 2 ** 31 - 1
