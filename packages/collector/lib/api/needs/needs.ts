// What the API needs of its collector.
import type { Misbehaviour } from '../../faults/misbehave.js'
import type { CollectedMessage } from '../../messages/message.js'
import type { Identifier } from '../../profiles/profile.js'
import type { Rules } from '../../profiles/rules.js'
import type { Store } from '../../store/store.js'
import type { Arrivals } from '../arrivals/arrivals.js'
import type { GuardOptions } from '../guard/guard.js'

/** Explains how a person came together, and changes people by hand. */
export interface People {
  /** Why two identifiers are one person, or two: written out as JSON. */
  explain(space: string, a: Identifier, b: Identifier): Promise<unknown>
  /** Takes identifiers out of a profile. Rejects with a TypeError if it cannot be done. */
  split(
    space: string,
    profileId: string,
    identifiers: readonly Identifier[],
  ): Promise<{ readonly profileId: string }>
  /** Forgets a person: messages, rows, identifiers and log rows. */
  erase(
    space: string,
    profileId: string,
  ): Promise<{ readonly messages: number; readonly rows: number }>
}

export interface Needs {
  readonly store: Store
  readonly arrivals: Arrivals
  readonly people: People
  readonly misbehaviour: Misbehaviour
  readonly guard: GuardOptions
  /** Which identifiers a message brings, by the rules of the collector. */
  readonly promote: (message: CollectedMessage) => {
    readonly identifiers: readonly Identifier[]
    readonly blocked: readonly Identifier[]
  }
  readonly rules: Rules
  /** Deletes all messages and what became of them, and tells `arrivals`. */
  readonly clear: () => Promise<void> | void
  /** The collector's clock, ms since 1970. */
  readonly now: () => number
  /** Aborted when the collector is closed: waits and streams end. */
  readonly closed: AbortSignal
}
