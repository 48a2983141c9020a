// What becomes of a parcel: judged, taken in, then reported, message by message.
import { isError } from '../../../../lib/runtime/value-kinds.js'
import { judgeParcel, type Verdict } from './accept.js'
import type { Dedup } from './dedup.js'
import type { Settings } from '../http/options.js'
import type { Parcel } from '../http/routes.js'
import type { Intake } from '../intake/intake.js'
import { StoreUnavailable } from '../store/errors.js'
import type { Incoming, Outcome } from '../messages/incoming.js'
import type { Fault } from '../messages/discard.js'
import { type CollectedMessage, isObject } from '../messages/message.js'
import type { Unavailable } from '../http/exchange.js'
import type { Source } from '../http/sources.js'

/** Told of each message when it is kept, or when it is clear that it will not be, in the order of the parcel. */
export interface Reports {
  accepted(message: CollectedMessage, source: Source, outcome: Outcome | undefined): void
  duplicate(message: CollectedMessage, source: Source): void
  /** `message` is undefined if it is the parcel as a whole that is refused. */
  refused(fault: Fault, message: unknown, source: Source): void
  /** The store failed: the clients were told to send again. */
  failed(error: unknown): void
}

export interface ReceptionParts {
  readonly settings: Settings
  /** Undefined if the store itself knows which messageIds it has. */
  readonly dedup: Dedup | undefined
  /** Undefined if messages are only counted. */
  readonly intake: Intake | undefined
  readonly reports: Reports
}

const RETRY_AFTER = 1

export class Reception {
  readonly #parts: ReceptionParts

  constructor(parts: ReceptionParts) {
    this.#parts = parts
  }

  /** Resolves when the messages are kept, with why not if they could not be. Never rejects. */
  async accept(parcel: Parcel, at: number, source: Source): Promise<Unavailable | undefined> {
    const { settings, dedup, intake, reports } = this.#parts
    const verdicts = judgeParcel(parcel, at, settings, dedup)
    let outcomes: readonly Outcome[] = []
    if (intake !== undefined) {
      try {
        outcomes = await intake.add(incoming(verdicts, source))
      } catch (error) {
        reports.failed(error)
        return unavailable(error)
      }
    }
    this.#report(verdicts, outcomes, source)
    return undefined
  }

  #report(verdicts: readonly Verdict[], outcomes: readonly Outcome[], source: Source): void {
    const { reports, settings } = this.#parts
    let place = 0
    for (const verdict of verdicts) {
      if (verdict.kind === 'refused') {
        const shown = shownOf(verdict.message, settings.maxMessageBytes)
        reports.refused(verdict.fault, shown, source)
      } else if (verdict.kind === 'duplicate') reports.duplicate(verdict.message, source)
      else {
        const outcome = outcomes[place]
        place += 1
        // In memory `dedup` and `dedupWindow` have decided: the store remembers for longer.
        const isDuplicate = settings.db !== undefined && outcome?.isDuplicate === true
        if (isDuplicate) reports.duplicate(verdict.message, source)
        else reports.accepted(verdict.message, source, outcome)
      }
    }
  }
}

/** What says which message it is. */
const NAMES = [
  'type',
  'messageId',
  'userId',
  'anonymousId',
  'groupId',
  'event',
  'name',
  'timestamp',
]
const LONGEST_NAME = 200

/** Of a refused message that is too large to be held with a thousand like it, what it is called. */
function shownOf(message: unknown, maxBytes: number): unknown {
  if (isSmall(message, maxBytes)) return message
  if (!isObject(message)) return undefined
  const named = NAMES.flatMap((name) => {
    const value = message[name]
    return typeof value === 'string' && value.length <= LONGEST_NAME ? [[name, value]] : []
  })
  return Object.fromEntries(named) as unknown
}

function isSmall(message: unknown, maxBytes: number): boolean {
  try {
    return message === undefined || JSON.stringify(message).length <= maxBytes
  } catch {
    // Nested too deeply to be written.
    return false
  }
}

function incoming(verdicts: readonly Verdict[], { name, space }: Source): Incoming[] {
  const taken: Incoming[] = []
  for (const verdict of verdicts) {
    if (verdict.kind === 'accepted') taken.push({ message: verdict.message, space, source: name })
  }
  return taken
}

function unavailable(error: unknown): Unavailable {
  if (error instanceof StoreUnavailable) {
    return { reason: error.message, retryAfter: error.retryAfter }
  }
  const reason = `the messages could not be kept: ${isError(error) ? error.message : 'unknown'}`
  return { reason, retryAfter: RETRY_AFTER }
}
