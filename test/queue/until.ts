// Waits for what is not announced by an event.

import { setTimeout as sleep } from 'node:timers/promises'

export async function until(
  holds: () => boolean | Promise<boolean>,
  timeout = 15_000,
): Promise<void> {
  const end = performance.now() + timeout
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${timeout} ms: ${holds.toString()}`)
    await sleep(10)
  }
}
