// Wakes an idle worker when a lane may have become free.

import type { WorkerPool } from 'graphile-worker'
import { idleTimer } from '../../runtime/timer.js'

/** When to look after a job has ended, in milliseconds. */
const moments = [3, 15, 60, 250]

/**
 * graphile-worker from 0.17 on looks for the next job while it still marks the last one as done: it finds the lane
 * locked, and would come back only after its poll interval.
 */
export function nudgeLater(pool: WorkerPool, signal: AbortSignal): void {
  for (const moment of moments) {
    idleTimer(() => {
      if (signal.aborted) return
      try {
        ;(pool as Partial<Pick<WorkerPool, 'nudge'>>).nudge?.(1)
      } catch {
        // A worker of the pool has just ended.
      }
    }, moment)
  }
}
