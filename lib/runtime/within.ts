// Waiting with a time limit.

import { longestTimer } from './timer.js'

/** Settles with the promise, or resolves after so many milliseconds. Holds the process open meanwhile. */
export async function within(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<void>(
    (resolve) => (timer = setTimeout(resolve, Math.min(milliseconds, longestTimer))),
  )
  try {
    await Promise.race([promise, end])
  } finally {
    clearTimeout(timer)
  }
}
