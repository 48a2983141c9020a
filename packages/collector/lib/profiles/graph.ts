// Messages become profiles. It knows no store: what must be known is added, what has changed is drained.
import { isObject, type JsonObject } from '../messages/message.js'
import type { Resolution } from './changes.js'
import { ChangeSet } from './change-set.js'
import { type Excess, excessOf } from './limits.js'
import type { Entry, Violation } from './logs.js'
import type { Account, Identifier, Mapping, Profile } from './profile.js'
import { profileId } from './profile-id.js'
import { accountIdOf, keyOf, promote } from './promote.js'
import type { Rules } from './rules.js'
import { isNewer, mergeTraits, setTraits } from './traits.js'

/** The profiles and accounts of one space, or those of them that some messages concern. */
export class Graph {
  readonly space: string
  readonly #rules: Rules
  readonly #byIdentifier = new Map<string, Profile>()
  readonly #accounts = new Map<string, Account>()
  #changes: ChangeSet

  constructor(space: string, rules: Rules) {
    this.space = space
    this.#rules = rules
    this.#changes = new ChangeSet(space)
  }

  /** Adds what a store knows. A profile that is known already stays as it is. */
  add(profiles: Iterable<Profile>, accounts: Iterable<Account>): void {
    for (const profile of profiles) {
      for (const { type, value } of profile.mappings) {
        const key = keyOf(type, value)
        if (!this.#byIdentifier.has(key)) this.#byIdentifier.set(key, profile)
      }
    }
    for (const account of accounts) {
      if (!this.#accounts.has(account.id)) this.#accounts.set(account.id, account)
    }
  }

  profileOf({ type, value }: Identifier): Profile | undefined {
    return this.#byIdentifier.get(keyOf(type, value))
  }

  /** Every profile, each once. */
  profiles(): Set<Profile> {
    return new Set(this.#byIdentifier.values())
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
   * Takes in one message. Whatever it identifies must have been added before: `identifiersOf` and `accountIdOf` say
   * what that is.
   */
  take(entry: Entry): Resolution {
    const { identifiers, blocked } = promote(entry.message, this.#rules)
    const violations: Violation[] = blocked.map((identifier) => ({
      name: 'ID value blocked',
      identifier,
      limitedType: undefined,
      owner: undefined,
    }))
    const profile = this.#resolve([...identifiers], entry, violations)
    if (profile === undefined && entry.message.type !== 'alias') {
      violations.push({
        name: 'No matching identifiers on event',
        identifier: undefined,
        limitedType: undefined,
        owner: undefined,
      })
    }
    this.#changes.noteViolations(violations, profile?.id, entry)
    if (profile !== undefined) this.#update(profile, entry)
    this.#updateAccount(entry)
    return { profileId: profile?.id, violations: violations.length }
  }

  /**
   * The profile of a message with these identifiers (Segment Unify: Identity Resolution). If what it says would make
   * a profile exceed a limit, its lowest-ranked identifier is left out, and the rest is looked at again.
   */
  #resolve(left: Identifier[], entry: Entry, violations: Violation[]): Profile | undefined {
    while (left.length > 0) {
      const found = new Set<Profile>()
      const fresh: Identifier[] = []
      for (const identifier of left) {
        const profile = this.profileOf(identifier)
        if (profile === undefined) fresh.push(identifier)
        else found.add(profile)
      }
      if (fresh.length === 0 && found.size === 1) return [...found][0]
      const profiles = [...found]
      const excess = excessOf(profiles, fresh, entry.message.timestamp, this.#rules)
      if (excess === undefined) return this.#join(profiles, fresh, entry)
      const dropped = lowest(left, fresh, excess)
      left.splice(left.indexOf(dropped), 1)
      violations.push({
        name: excess.name,
        identifier: dropped,
        limitedType: excess.type,
        owner: this.profileOf(dropped)?.id ?? (profiles.length === 1 ? profiles[0]?.id : undefined),
      })
    }
    return undefined
  }

  /** Makes one profile of these, with the new identifiers. */
  #join(profiles: readonly Profile[], fresh: readonly Identifier[], entry: Entry): Profile {
    const [oldest, ...others] = profiles.toSorted((a, b) => a.seq - b.seq)
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
      this.#byIdentifier.set(keyOf(type, value), profile)
      this.#changes.noteAdded(profile, mapping, entry)
    }
    return profile
  }

  #create(fresh: readonly Identifier[], { message, seq, source }: Entry): Profile {
    const [first] = fresh
    if (first === undefined) throw new Error('a profile needs an identifier')
    const profile: Profile = {
      id: profileId(this.space, first),
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
      this.#byIdentifier.set(keyOf(mapping.type, mapping.value), into)
    }
    into.mappings.sort((a, b) => a.seq - b.seq)
    const gone = [from.id, ...from.merged]
    into.merged.push(...gone)
    into.apart.push(...from.apart)
    const changed = mergeTraits(into.traits, from.traits)
    this.#changes.noteMerged(from, into, entry)
    this.#changes.noteTraits(into, changed, entry)
  }

  #update(profile: Profile, entry: Entry): void {
    const { message, seq, source } = entry
    if (profile.updatedAt < message.timestamp) profile.updatedAt = message.timestamp
    profile.lastMessageId = message.messageId
    profile.lastSource = source
    this.#changes.noteTouched(profile)
    // Traits of other calls, in their context, say nothing of the profile (Segment: Track).
    if (message.type !== 'identify' || !isObject(message.traits)) return
    const moment = { timestamp: message.timestamp, seq }
    this.#changes.noteTraits(profile, setTraits(profile.traits, message.traits, moment), entry)
  }

  #updateAccount({ message, seq }: Entry): void {
    const id = accountIdOf(message)
    if (id === undefined) return
    let account = this.#accounts.get(id)
    if (account === undefined) {
      account = {
        id,
        space: this.space,
        createdAt: message.timestamp,
        updatedAt: message.timestamp,
        firstMessageId: message.messageId,
        lastMessageId: message.messageId,
        traits: new Map(),
      }
      this.#accounts.set(id, account)
    }
    const moment = { timestamp: message.timestamp, seq }
    if (isNewer(moment, { timestamp: account.updatedAt, seq: -1 }))
      account.updatedAt = message.timestamp
    account.lastMessageId = message.messageId
    const traits: JsonObject = isObject(message.traits) ? message.traits : {}
    setTraits(account.traits, traits, moment)
    this.#changes.noteAccount(account)
  }
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
