// Messages become profiles. It knows no store: what must be known is added, what has changed is drained.
import { isObject } from '../messages/message.js'
import { Accounts } from './accounts.js'
import type { Resolution } from './changes.js'
import { ChangeSet } from './change-set.js'
import { IdentifierIndex } from './identifier-index.js'
import { type Excess, excessOf } from './limits.js'
import type { Entry, Violation, ViolationName } from './logs.js'
import type { Account, Identifier, Mapping, Profile } from './profile.js'
import { profileId } from './profile-id.js'
import { keyOf, promote } from './promote.js'
import type { Rules } from './rules.js'
import { keepApart, type Split, splitDetails, splitOff, type SplitResult } from './split.js'
import { isLater, mergeTraits, setTraits } from './traits.js'

/** The profiles and accounts of one space, or those of them that some messages concern. */
export class Graph {
  readonly space: string
  readonly #rules: Rules
  readonly #index = new IdentifierIndex()
  readonly #accounts: Accounts
  readonly #avoided = new Set<string>()
  #changes: ChangeSet

  constructor(space: string, rules: Rules) {
    this.space = space
    this.#rules = rules
    this.#accounts = new Accounts(space)
    this.#changes = new ChangeSet(space)
  }

  /** Adds what a store knows. A profile that is known already stays as it is. */
  add(profiles: Iterable<Profile>, accounts: Iterable<Account>): void {
    for (const profile of profiles) {
      for (const mapping of profile.mappings) {
        if (this.#index.get(mapping) === undefined) this.#index.set(mapping, profile)
      }
    }
    for (const account of accounts) this.#accounts.add(account)
  }

  /**
   * Gives these ids to no new profile. An identifier that was split off and then erased leaves the profile that began
   * with it: `profileId(space, identifier)` says which id the identifier would begin with again.
   */
  avoid(profileIds: Iterable<string>): void {
    for (const id of profileIds) this.#avoided.add(id)
  }

  profileOf(identifier: Identifier): Profile | undefined {
    return this.#index.get(identifier)
  }

  /** Every profile, each once. */
  profiles(): Set<Profile> {
    return this.#index.profiles()
  }

  account(id: string): Account | undefined {
    return this.#accounts.get(id)
  }

  accounts(): Iterable<Account> {
    return this.#accounts.values()
  }

  /** What has changed since the last time, for a store to write. */
  drain(): ChangeSet {
    const changes = this.#changes
    this.#changes = new ChangeSet(this.space)
    return changes
  }

  /**
   * Takes in one message. Whatever it identifies must have been added before: `promote` and `accountIdOf` say
   * what that is.
   */
  take(entry: Entry, promoted = promote(entry.message, this.#rules)): Resolution {
    const { identifiers, blocked } = promoted
    const violations: Violation[] = []
    for (const each of blocked) violations.push(violation('ID value blocked', each))
    const profile = this.#knownAs(identifiers) ?? this.#resolve(identifiers, entry, violations)
    if (profile !== undefined) this.#update(profile, entry)
    else if (entry.message.type !== 'alias') {
      violations.push(violation('No matching identifiers on event'))
    }
    if (violations.length > 0) this.#changes.noteViolations(violations, profile?.id, entry)
    const account = this.#accounts.take(entry)
    if (account !== undefined) this.#changes.noteAccount(account)
    return { profileId: profile?.id, violations: namesOf(violations) }
  }

  /** Takes identifiers out of their profiles, and keeps the two apart from then on. */
  split(split: Split): SplitResult {
    const changes = this.#changes
    const keys = new Set(split.identifiers.map(({ type, value }) => keyOf(type, value)))
    const isLeaving = ({ type, value }: Identifier) => keys.has(keyOf(type, value))
    const from = [...new Set(split.identifiers.flatMap((each) => this.profileOf(each) ?? []))]
    const rest =
      split.rest ?? from.flatMap(({ mappings }) => mappings.filter((each) => !isLeaving(each)))
    const created: Profile[] = []
    const alone: Profile[] = []
    for (const profile of from) {
      const leaving = profile.mappings.filter(isLeaving)
      if (leaving.length === profile.mappings.length) {
        alone.push(profile)
        continue
      }
      const one = splitOff(profile, leaving, split, { rules: this.#rules, changes })
      for (const mapping of leaving) this.#index.set(mapping, one)
      created.push(one)
    }
    const others = new Set(rest.flatMap((each) => this.profileOf(each) ?? []))
    for (const one of [...created, ...alone]) {
      for (const other of others) keepApart(one, other, changes)
    }
    return { created, details: splitDetails(from, split.identifiers, rest) }
  }

  /** The profile that all of these belong to: most messages bring nothing new. */
  #knownAs(identifiers: readonly Identifier[]): Profile | undefined {
    let only: Profile | undefined
    for (const identifier of identifiers) {
      const profile = this.#index.get(identifier)
      if (profile === undefined || (only !== undefined && only !== profile)) return undefined
      only = profile
    }
    return only
  }

  /**
   * The profile of a message with these identifiers (Segment Unify: Identity Resolution). If what it says would make
   * a profile exceed a limit, its lowest-ranked identifier is left out, and the rest is looked at again.
   */
  #resolve(
    identifiers: readonly Identifier[],
    entry: Entry,
    violations: Violation[],
  ): Profile | undefined {
    const left = identifiers.slice(0, this.#rules.maxMappings)
    for (const identifier of identifiers.slice(left.length)) {
      violations.push(violation('Identifier mapping limit exceeded', identifier))
    }
    while (left.length > 0) {
      const found = new Set<Profile>()
      const fresh: Identifier[] = []
      for (const identifier of left) {
        const profile = this.#index.get(identifier)
        if (profile === undefined) fresh.push(identifier)
        else found.add(profile)
      }
      const profiles = [...found]
      const excess = excessOf(profiles, fresh, entry.message.timestamp, this.#rules)
      if (excess === undefined) return this.#join(profiles, fresh, entry)
      const dropped = lowest(left, fresh, excess)
      left.splice(left.lastIndexOf(dropped), 1)
      const owner = this.#index.get(dropped) ?? (profiles.length === 1 ? profiles[0] : undefined)
      violations.push(violation(excess.name, dropped, excess.type, owner))
    }
    return undefined
  }

  /** Makes one profile of these, with the new identifiers. */
  #join(profiles: readonly Profile[], fresh: readonly Identifier[], entry: Entry): Profile {
    const byAge = profiles.length > 1 ? profiles.toSorted((a, b) => a.seq - b.seq) : profiles
    const [oldest, ...others] = byAge
    const profile = oldest ?? this.#create(fresh, entry)
    for (const other of others) this.#merge(other, profile, entry)
    for (const { type, value } of fresh) {
      const mapping: Mapping = {
        type,
        value,
        createdAt: entry.message.timestamp,
        firstMessageId: entry.message.messageId,
        source: entry.source,
        seq: entry.seq,
      }
      profile.mappings.push(mapping)
      this.#index.set(mapping, profile)
      this.#changes.noteAdded(profile, mapping, entry)
    }
    return profile
  }

  #create(fresh: readonly Identifier[], { message, seq, source }: Entry): Profile {
    const [first] = fresh
    if (first === undefined) throw new Error('a profile needs an identifier')
    let id = profileId(this.space, first)
    for (let attempt = 1; this.#avoided.has(id); attempt++)
      id = profileId(this.space, first, attempt)
    const profile: Profile = {
      id,
      space: this.space,
      seq,
      createdAt: message.timestamp,
      updatedAt: message.timestamp,
      firstMessageId: message.messageId,
      firstSource: source,
      lastMessageId: message.messageId,
      lastSource: source,
      mappings: [],
      traits: new Map(),
      merged: [],
      apart: [],
    }
    this.#changes.noteCreated(profile, { message, seq, source })
    return profile
  }

  #merge(from: Profile, into: Profile, entry: Entry): void {
    for (const mapping of from.mappings) {
      into.mappings.push(mapping)
      this.#index.set(mapping, into)
    }
    into.mappings.sort((a, b) => a.seq - b.seq)
    const gone = [from.id, ...from.merged]
    into.merged.push(...gone)
    into.apart.push(...from.apart)
    const changes = mergeTraits(into.traits, from.traits)
    this.#changes.noteMerged(from, into, entry)
    this.#changes.noteTraits(into, changes, entry)
  }

  #update(profile: Profile, entry: Entry): void {
    const { message, seq, source } = entry
    if (isLater(message.timestamp, profile.updatedAt)) profile.updatedAt = message.timestamp
    profile.lastMessageId = message.messageId
    profile.lastSource = source
    this.#changes.noteTouched(profile)
    // Traits of other calls, in their context, say nothing of the profile (Segment: Track).
    if (message.type !== 'identify' || !isObject(message.traits)) return
    const moment = { timestamp: message.timestamp, seq }
    this.#changes.noteTraits(profile, setTraits(profile.traits, message.traits, moment), entry)
  }
}

const NONE: readonly string[] = []

function namesOf(violations: readonly Violation[]): readonly string[] {
  return violations.length === 0 ? NONE : [...new Set(violations.map(({ name }) => name))]
}

function violation(
  name: ViolationName,
  identifier?: Identifier,
  limitedType?: string,
  owner?: Profile,
): Violation {
  return { name, identifier, limitedType, owner: owner?.id }
}

/** What to leave out. A profile that is full takes no new identifier, but what it knows still finds it. */
function lowest(
  left: readonly Identifier[],
  fresh: readonly Identifier[],
  excess: Excess,
): Identifier {
  const candidates = excess.name === 'Identifier mapping limit exceeded' ? fresh : left
  const last = candidates.at(-1) ?? left.at(-1)
  if (last === undefined) throw new Error('nothing is left to leave out')
  return last
}
