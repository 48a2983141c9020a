// Profiles, identifiers and accounts, in memory.
import type { ProfileChanges } from '../../profiles/changes.js'
import type { Account, Identifier, Profile } from '../../profiles/profile.js'
import { copyAccount, copyProfile } from '../copies.js'
import { redacted } from '../redaction.js'
import { Tally } from './tally.js'
import type { Undo } from './undo.js'

export class People {
  readonly #profiles = new Map<string, Profile>()
  /** Which profile an identifier belongs to. */
  readonly #owners = new Map<string, string>()
  readonly #merged = new Map<string, string>()
  readonly #accounts = new Map<string, Account>()
  readonly #spaces = new Tally()

  get size(): number {
    return this.#profiles.size
  }

  get identifiers(): number {
    return this.#owners.size
  }

  /** Those that have profiles. */
  spaces(): Iterable<string> {
    return this.#spaces.keys()
  }

  /** The id of the profile that this one was merged into, or its own. */
  survivor(id: string): string {
    let found = id
    for (let next = this.#merged.get(id); next !== undefined; next = this.#merged.get(next)) {
      found = next
    }
    return found
  }

  get(id: string): Profile | undefined {
    const profile = this.#profiles.get(this.survivor(id))
    return profile && copyProfile(profile)
  }

  /** Whether a profile has this id, or had it before it was merged. */
  has(id: string): boolean {
    return this.#profiles.has(id) || this.#merged.has(id)
  }

  owner(space: string, identifier: Identifier): string | undefined {
    const id = this.#owners.get(keyOf(space, identifier))
    return id === undefined ? undefined : this.survivor(id)
  }

  account(space: string, id: string): Account | undefined {
    const account = this.#accounts.get(keyOf(space, { type: 'group_id', value: id }))
    return account && copyAccount(account)
  }

  allAccounts(): Iterable<Account> {
    return this.#accounts.values()
  }

  /** Surviving profiles, as they are kept: not to be changed. */
  all(): Iterable<Profile> {
    return this.#profiles.values()
  }

  /** The ids of merged profiles, each with its survivor. */
  *merges(): Generator<[from: string, into: string]> {
    for (const from of this.#merged.keys()) yield [from, this.survivor(from)]
  }

  save(changes: ProfileChanges, undo: Undo): void {
    const { profiles, touched, added, merges, moved, accounts } = changes
    let space: string | undefined
    for (const profile of [...profiles, ...touched]) {
      space = profile.space
      this.#set(profile.id, profile, undo)
    }
    // An owner that is merged stays the owner: a question for it is answered with the survivor.
    for (const { profileId, mapping } of added) {
      change(this.#owners, [keyOf(space ?? '', mapping), profileId], undo)
    }
    for (const { identifier, to } of moved) {
      change(this.#owners, [keyOf(space ?? '', identifier), to], undo)
    }
    for (const { from, into } of merges) {
      this.#set(from, undefined, undo)
      change(this.#merged, [from, into], undo)
    }
    for (const account of accounts) {
      const key = keyOf(account.space, { type: 'group_id', value: account.id })
      change(this.#accounts, [key, account], undo)
    }
  }

  /** The values of the identifiers of these profiles, or of one type of them. */
  valuesOf(ids: Iterable<string>, type?: string): Set<string> {
    const values = new Set<string>()
    for (const id of ids) {
      for (const mapping of this.#profiles.get(id)?.mappings ?? []) {
        if (type === undefined || mapping.type === type) values.add(mapping.value)
      }
    }
    return values
  }

  erase(space: string, ids: ReadonlySet<string>, undo: Undo): void {
    for (const id of ids) {
      for (const mapping of this.#profiles.get(id)?.mappings ?? []) {
        change(this.#owners, [keyOf(space, mapping), undefined], undo)
      }
      this.#set(id, undefined, undo)
    }
    const gone = new Set([...ids, ...this.#mergedInto(ids)])
    for (const id of gone) change(this.#merged, [id, undefined], undo)
    // There is nobody left to be kept apart from.
    for (const profile of this.#profiles.values()) {
      const apart = profile.apart.filter((id) => !gone.has(id))
      if (apart.length < profile.apart.length) this.#set(profile.id, { ...profile, apart }, undo)
    }
  }

  /** Removes traits that have one of these values. */
  redact(id: string, values: ReadonlySet<string>, undo: Undo): void {
    const profile = this.get(id)
    if (!profile) return
    for (const [name, trait] of profile.traits) {
      const value = redacted(trait.value, values, null)
      if (value !== trait.value) profile.traits.set(name, { ...trait, value })
    }
    this.#set(profile.id, profile, undo)
  }

  /** Forgets all that a space has. */
  clear(space: string, undo: Undo): void {
    const ids = new Set<string>()
    for (const { id, space: other } of this.#profiles.values()) if (other === space) ids.add(id)
    this.erase(space, ids, undo)
    for (const [key, account] of [...this.#accounts]) {
      if (account.space === space) change(this.#accounts, [key, undefined], undo)
    }
  }

  #set(id: string, profile: Profile | undefined, undo: Undo): void {
    const before = this.#profiles.get(id)
    change(this.#profiles, [id, profile], undo)
    const count = (space: string | undefined, by: number) => {
      if (space === undefined) return
      this.#spaces.add(space, by)
      undo.push(() => {
        this.#spaces.add(space, -by)
      })
    }
    if (before?.space === profile?.space) return
    count(before?.space, -1)
    count(profile?.space, 1)
  }

  #mergedInto(ids: ReadonlySet<string>): string[] {
    return [...this.#merged.keys()].filter((from) => ids.has(this.survivor(from)))
  }
}

function change<T>(map: Map<string, T>, [key, value]: [string, T | undefined], undo: Undo): void {
  const before = map.get(key)
  const set = (to: T | undefined) => {
    if (to === undefined) map.delete(key)
    else map.set(key, to)
  }
  set(value)
  undo.push(() => set(before))
}

/** With the lengths before them, no two identifiers have the same key. */
function keyOf(space: string, { type, value }: Identifier): string {
  return `${space.length},${type.length},${space}${type}${value}`
}
