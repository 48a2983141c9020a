// The interface of an engine: what stores jobs until workers have delivered them.

import type { Unanswered } from '../delivery/transport/answer.js'
import type { Backlog } from '../delivery/queue-factory.js'

/** A job for one lane. */
export interface LaneJob {
  readonly lane: number
  /** The same if it is added again because the answer was lost. */
  readonly id: string
  readonly source: string
  /** JSON. */
  readonly text: string
}

export type { Backlog }

export interface Engine {
  /**
   * Resolves when the engine has all of them, and rejects if it may not have one of them.
   *
   * @param signal aborted when nobody waits for it any longer
   */
  add(jobs: readonly LaneJob[], signal: AbortSignal): Promise<void>
  backlog(): Promise<Backlog>
  /** What a rejection means, in words that show no password and nothing of a message. */
  explain(error: unknown): Unanswered
  /** Never throws. */
  close(): void
}
