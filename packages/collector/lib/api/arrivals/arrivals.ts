// What arrives, for those who watch: told by the collector, read by the API.
import type { Violation } from '../../../../../lib/spec/violation.js'
import { Planned } from '../../messages/planned.js'
import type { StoredMessage } from '../../store/store.js'
import { Feed } from './feed.js'
import { redacted } from '../../store/redaction.js'
import { type FoundMessage, foundOf } from './found.js'
import { type RefusedMessage, Refusals } from './refusals.js'
import { Traffic } from './traffic.js'

/** Who was erased. */
export interface Erased {
  /** With those that were merged into it. */
  readonly profileIds: ReadonlySet<string>
  /** The values of the identifiers. */
  readonly values: ReadonlySet<string>
}

export class Arrivals {
  readonly feed = new Feed()
  readonly refusals = new Refusals()
  readonly traffic: Traffic
  /** What says of a stored message whether it is as planned. */
  readonly planned: Planned
  readonly #now: () => number
  #seq = 0
  #clears = 0

  /** @param now - The machine's clock, ms since 1970. @param time - The collector's own, if it has one. */
  constructor(now: () => number, planned = new Planned(undefined), time = now) {
    this.#now = time
    this.traffic = new Traffic(now)
    this.planned = planned
  }

  /** How often all messages were deleted. */
  get clears(): number {
    return this.#clears
  }

  /**
   * A message was kept: the store has it.
   *
   * @param violations - The names of the rules it violated.
   * @param planViolations - How it is not as planned.
   */
  kept(
    stored: StoredMessage,
    violations?: readonly string[],
    planViolations: readonly Violation[] = [],
  ): void {
    this.#seq = Math.max(this.#seq, stored.seq)
    const found = foundOf(stored, violations, planViolations)
    this.traffic.count(found)
    this.feed.publish({ kind: 'message', found })
  }

  /** A message was discarded, or its messageId was there already. */
  refused(refused: RefusedMessage): void {
    const found = this.refusals.push(refused, { seq: this.#seq, at: this.#now() })
    this.traffic.count(found)
    this.feed.publish({ kind: 'message', found })
  }

  /** All messages were deleted. */
  cleared(): void {
    this.#seq = 0
    this.#clears += 1
    this.refusals.clear()
    this.traffic.clear()
    this.feed.publish({ kind: 'cleared' })
  }

  /**
   * A person was erased: what was counted to one of these profiles, or names one of these identifiers, is forgotten.
   */
  erased({ profileIds, values }: Erased): void {
    const isTheirs = ({ profileId, message }: FoundMessage) =>
      (typeof profileId === 'string' && profileIds.has(profileId)) ||
      redacted(message, values) !== message
    this.refusals.forget(isTheirs)
    this.feed.forget(isTheirs)
    this.peopleChanged()
  }

  /** Profiles changed by hand: by a split, an erasure or a rebuild. */
  peopleChanged(): void {
    this.feed.publish({ kind: 'people' })
  }
}
