// Waiting with a time limit.

/** Settles with the promise, or resolves after so many milliseconds. Holds the process open meanwhile. */
export async function within(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)))
  try {
    await Promise.race([promise, end])
  } finally {
    clearTimeout(timer)
  }
}
