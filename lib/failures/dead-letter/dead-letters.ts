// The interface of what keeps messages that failed permanently.

import type { AnalyticsError } from '../../spec/error.js'
import type { Message, MessageType } from '../../spec/messages.js'

/** Receives the messages that failed together, and the error. What it throws or rejects with becomes a warning. */
export type DeadLetterFunction = (messages: readonly Message[], error: AnalyticsError) => unknown

/** A failure. */
export interface Failed {
  readonly error: AnalyticsError
  /** For calls that never became messages: which of the six they were. */
  readonly type?: MessageType | undefined
}

export interface DeadLetters {
  /** How many messages were kept. */
  readonly count: number
  /** Whether the application has received each, so that no warning is needed. */
  readonly areTold: boolean
  /** Keeps what failed. Synchronous, because the process may be ending. Never throws. */
  keep(failures: readonly Failed[]): void
}
