// Waits that never hold the process open, and can be cut short.

import { idleTimer, longestTimer } from '../runtime/timer.js'

/** All the waits of one sender. */
export class Sleepers {
  readonly #wakers = new Set<() => void>()

  /** Whether anything is waiting. */
  get any(): boolean {
    return this.#wakers.size > 0
  }

  /** Resolves after `duration` milliseconds (25 days at most), on `wakeAll()`, or when the signal is aborted. */
  sleep(duration: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve()
        return
      }
      const end = (): void => {
        clearTimeout(timer)
        this.#wakers.delete(end)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = idleTimer(end, Math.min(duration, longestTimer))
      this.#wakers.add(end)
      signal.addEventListener('abort', end)
    })
  }

  /** Ends every wait now. */
  wakeAll(): void {
    for (const wake of this.#wakers) wake()
  }
}
