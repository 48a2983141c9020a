// Waiting for messages, in the process of the collector.
import { Deadline } from './http/deadline.js'
import type { Changes } from './changes.js'

/** How long waitFor() waits by default, ms: less than Jest and Vitest give a test, so that its error is the one seen. */
export const WAIT_TIMEOUT = 4_000

export interface Wait {
  readonly isMet: () => boolean
  readonly isOver: () => boolean
  /** What is waited for, and what had come instead. */
  readonly describe: () => { readonly wanted: string; readonly tally: string }
}

/** @throws Error at the timeout, or when it is clear that nothing more will come */
export async function waitUntil(
  { isMet, isOver, describe }: Wait,
  changes: Changes,
  timeout: number,
): Promise<void> {
  const deadline = new Deadline(timeout)
  try {
    while (!isMet()) {
      const { wanted, tally } = describe()
      if (isOver()) throw new Error(`waitFor: the collector is closed; ${tally}`)
      if (deadline.isOver) throw new Error(`waitFor: waited ${timeout} ms for ${wanted}; ${tally}`)
      await Promise.race([changes.next(), deadline.over])
    }
  } finally {
    deadline.cancel()
  }
}
