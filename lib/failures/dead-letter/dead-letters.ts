// What keeps the messages that failed for good.

import type { AnalyticsError } from '../../spec/error.js'
import type { Message, MessageType } from '../../spec/messages.js'

/** Gets the messages that failed together, and why. What it throws or rejects with is warned of, and harms nothing. */
export type DeadLetterFunction = (messages: readonly Message[], error: AnalyticsError) => unknown

/** A failure. */
export interface Failed {
  readonly error: AnalyticsError
  /** Of calls that never became messages: which of the six they were. */
  readonly type?: MessageType | undefined
}

export interface DeadLetters {
  /** How many messages were kept. */
  readonly count: number
  /** Whether each was reported to someone, so that no warning is needed. */
  readonly areTold: boolean
  /** Takes what failed. Synchronous: the process may be ending. Never throws. */
  keep(failures: readonly Failed[]): void
}
