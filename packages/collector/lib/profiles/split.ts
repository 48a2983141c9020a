// Takes identifiers out of a profile that two people have become.
import type { JsonObject } from '../messages/message.js'
import type { ChangeSet } from './change-set.js'
import type { Cause } from './logs.js'
import type { Identifier, Mapping, Profile } from './profile.js'
import { profileId } from './profile-id.js'
import { keyOf } from './promote.js'
import type { Rules } from './rules.js'

export interface Split {
  /** What leaves its profile. */
  readonly identifiers: readonly Identifier[]
  /**
   * What stays. It is known when a split is carried out again: if the identifiers are in profiles of their own
   * already, as they may be under other rules, they are kept apart from these.
   */
  readonly rest?: readonly Identifier[] | undefined
  /** The place of the split in the order of arrival. */
  readonly seq: number
  /** When: ISO 8601, UTC. */
  readonly at: string
}

export interface SplitResult {
  /** The profiles that were created, one for each that something was taken out of. */
  readonly created: readonly Profile[]
  /** For `Operation.details`: `splitFrom` reads it. */
  readonly details: string
}

/** @throws TypeError that says why these cannot be split off */
export function checkSplit(profile: Profile, identifiers: readonly Identifier[]): void {
  if (identifiers.length === 0) throw new TypeError('name at least one identifier to split off')
  const known = new Set(profile.mappings.map(({ type, value }) => keyOf(type, value)))
  const keys = new Set(identifiers.map(({ type, value }) => keyOf(type, value)))
  for (const { type, value } of identifiers) {
    if (!known.has(keyOf(type, value))) {
      throw new TypeError(`the profile ${profile.id} has no ${type} ${value}`)
    }
  }
  if (keys.size === known.size) {
    throw new TypeError(
      `these are all identifiers of the profile ${profile.id}: leave it at least one`,
    )
  }
}

/**
 * Makes a profile of the identifiers that leave. What it says of their beginning stays as it was. Traits do not say
 * whose they are: they go with the user_id; if it is on neither side or on both, they stay.
 */
export function splitOff(
  profile: Profile,
  leaving: readonly Mapping[],
  { seq, at }: Split,
  { rules, changes }: { readonly rules: Rules; readonly changes: ChangeSet },
): Profile {
  const gone = new Set(leaving)
  const [highest] = leaving.toSorted((a, b) => rules.compareTypes(a.type, b.type))
  const first = leaving[0]
  const last = leaving.at(-1)
  if (highest === undefined || first === undefined || last === undefined) {
    throw new Error('nothing leaves')
  }
  const cause = causeOf(seq, at)
  const created: Profile = {
    // No two splits have one place, so the id is nobody else's, and the same when it is carried out again.
    id: profileId(profile.space, highest, seq),
    space: profile.space,
    seq,
    createdAt: at,
    updatedAt: at,
    firstMessageId: first.firstMessageId,
    firstSource: first.source,
    lastMessageId: last.firstMessageId,
    lastSource: last.source,
    mappings: [...leaving],
    traits: new Map(),
    merged: [],
    apart: [profile.id, ...profile.apart],
  }
  profile.mappings = profile.mappings.filter((mapping) => !gone.has(mapping))
  profile.apart.push(created.id)
  changes.noteCreated(created, cause)
  changes.noteMoved(profile, created, leaving, cause)
  if (hasUserId(created) && !hasUserId(profile)) moveTraits(profile, created, changes, cause)
  return created
}

/** Keeps profiles apart that are two already. */
export function keepApart(a: Profile, b: Profile, changes: ChangeSet): void {
  if (a === b || a.apart.includes(b.id)) return
  a.apart.push(b.id)
  b.apart.push(a.id)
  changes.noteApart(a, b)
}

export function splitDetails(
  from: readonly Profile[],
  identifiers: readonly Identifier[],
  rest: readonly Identifier[],
): string {
  return JSON.stringify({
    profiles: from.map(({ id }) => id),
    identifiers: identifiers.map(plain),
    rest: rest.map(plain),
  })
}

/** The split that an operation was, to carry it out again. */
export function splitFrom(operation: {
  readonly seq: number
  readonly at: string
  readonly details: string
}): Split {
  const { identifiers, rest } = JSON.parse(operation.details) as Pick<Split, 'identifiers' | 'rest'>
  return { identifiers, rest, seq: operation.seq, at: operation.at }
}

function causeOf(seq: number, at: string): Cause {
  const message = { type: 'split', messageId: `split-${seq}`, timestamp: at, receivedAt: at }
  return { message, seq, source: 'selfsame' }
}

function moveTraits(from: Profile, to: Profile, changes: ChangeSet, cause: Cause): void {
  const { traits } = from
  from.traits = new Map()
  to.traits = traits
  const values = [...traits].flatMap(([name, { value }]) => (value === null ? [] : [[name, value]]))
  const changed = Object.fromEntries(values) as JsonObject
  const removed = Object.fromEntries(values.map(([name]) => [name, null])) as JsonObject
  changes.noteTraits(from, { isNewer: true, changed: removed }, cause)
  changes.noteTraits(to, { isNewer: true, changed }, cause)
}

function hasUserId({ mappings }: Profile): boolean {
  return mappings.some(({ type }) => type === 'user_id')
}

function plain({ type, value }: Identifier): Identifier {
  return { type, value }
}
