// Gathers what changes, for a store to write in one transaction.
import type { JsonObject } from '../messages/message.js'
import type { LogName, LogRow, ProfileChanges } from './changes.js'
import { type Entry, triggerOf, type Violation } from './logs.js'
import type { Account, Identifier, Mapping, Profile } from './profile.js'

export class ChangeSet implements ProfileChanges {
  readonly profiles = new Set<Profile>()
  readonly touched = new Set<Profile>()
  readonly added: { profileId: string; mapping: Mapping }[] = []
  readonly merges: { from: string; into: string }[] = []
  readonly moved: { identifier: Identifier; to: string }[] = []
  readonly accounts = new Set<Account>()
  readonly logs: Record<LogName, LogRow[]> = {
    id_graph_updates: [],
    external_id_mapping_updates: [],
    profile_traits_updates: [],
    violations: [],
  }
  readonly #space: string

  constructor(space: string) {
    this.#space = space
  }

  noteCreated(profile: Profile, entry: Entry): void {
    this.#change(profile)
    this.#logGraph(profile.id, profile.id, entry)
  }

  noteAdded(profile: Profile, mapping: Mapping, entry: Entry): void {
    this.#change(profile)
    this.added.push({ profileId: profile.id, mapping })
    this.#logMapping(profile.id, mapping, 'ADDED', entry)
  }

  /** `from` is still as it was. Those that were merged into it before are named again, as Profiles Sync does. */
  noteMerged(from: Profile, into: Profile, entry: Entry): void {
    this.profiles.delete(from)
    this.touched.delete(from)
    this.#change(into)
    this.merges.push({ from: from.id, into: into.id })
    for (const id of [from.id, ...from.merged]) this.#logGraph(id, into.id, entry)
  }

  noteTraits(profile: Profile, changed: JsonObject, entry: Entry): void {
    if (Object.keys(changed).length === 0) return
    this.#change(profile)
    this.logs.profile_traits_updates.push({
      segment_id: profile.id,
      traits: JSON.stringify(changed),
      ...triggerOf(entry, this.#space),
    })
  }

  noteTouched(profile: Profile): void {
    if (!this.profiles.has(profile)) this.touched.add(profile)
  }

  noteAccount(account: Account): void {
    this.accounts.add(account)
  }

  noteViolations(
    violations: readonly Violation[],
    profileId: string | undefined,
    entry: Entry,
  ): void {
    for (const { name, identifier, limitedType, owner } of violations) {
      this.logs.violations.push({
        name,
        external_id_type: identifier?.type ?? null,
        external_id_value: identifier?.value ?? null,
        limited_type: limitedType ?? null,
        segment_id: profileId ?? null,
        conflicting_segment_id: owner ?? null,
        ...triggerOf(entry, this.#space),
      })
    }
  }

  #change(profile: Profile): void {
    this.profiles.add(profile)
    this.touched.delete(profile)
  }

  #logGraph(from: string, into: string, entry: Entry): void {
    this.logs.id_graph_updates.push({
      segment_id: from,
      canonical_segment_id: into,
      ...triggerOf(entry, this.#space),
    })
  }

  #logMapping(
    profileId: string,
    { type, value }: Identifier,
    operation: 'ADDED' | 'REMOVED',
    entry: Entry,
  ): void {
    this.logs.external_id_mapping_updates.push({
      segment_id: profileId,
      external_id_type: type,
      external_id_value: value,
      operation,
      ...triggerOf(entry, this.#space),
    })
  }
}
