// A message as those who ask get it.
import type { Candidate } from '../../../../../lib/spec/filter/filter.js'
import type { Violation } from '../../../../../lib/spec/violation.js'
import type { StoredMessage } from '../../store/store.js'
import { type Position, positionText } from './position.js'

/** A message that was kept, or refused, and what is known about it. */
export interface FoundMessage {
  readonly position: Position
  /** As it was kept; if it was discarded, whatever was sent. */
  readonly message: unknown
  readonly space?: string | undefined
  readonly source?: string | undefined
  /** The profile that it belongs to; null if nothing identified it, undefined if it was not kept. */
  readonly profileId?: string | null | undefined
  /** The names of the violations it caused. */
  readonly violations?: readonly string[] | undefined
  /** How it is not as planned: what the client wrote into it, and what the plan of the collector says. */
  readonly planViolations?: readonly Violation[] | undefined
  /** Why it was not kept. */
  readonly refused?: Refused | undefined
}

/** `discarded`: it is not what the API takes. `duplicate`: its messageId was there already. */
export interface Refused {
  readonly kind: 'discarded' | 'duplicate'
  readonly code?: string | undefined
  readonly reason?: string | undefined
  /** When it came, by the collector's clock: ISO 8601, UTC. */
  readonly at: string
}

export function foundOf(
  stored: StoredMessage,
  violations?: readonly string[],
  planViolations?: readonly Violation[],
): FoundMessage {
  const { seq, message, space, source, profileId } = stored
  const position = { seq, order: 0 }
  return {
    position,
    message,
    space,
    source,
    profileId: profileId ?? null,
    violations,
    planViolations,
  }
}

/** As a filter looks at it. */
export function candidateOf(found: FoundMessage): Candidate {
  const { refused, message, source, space, profileId, violations = [] } = found
  return {
    message,
    source,
    space,
    profileId,
    violations: [...violations, ...(found.planViolations ?? []).map(({ type }) => type)],
    isDiscarded: refused?.kind === 'discarded',
    isDuplicate: refused?.kind === 'duplicate',
    code: refused?.code,
  }
}

/** As the API writes it. */
export function viewOf({ position, message, ...facts }: FoundMessage) {
  return { position: positionText(position), ...facts, message }
}
