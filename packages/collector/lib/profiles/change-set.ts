// Gathers what changes, for a store to write in one transaction.
import type { LogName, LogRow, ProfileChanges } from './changes.js'
import { type Cause, externalIdHash, triggerOf, type Violation } from './logs.js'
import type { Account, Identifier, Mapping, Profile } from './profile.js'
import type { TraitChanges } from './traits.js'

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
  /** The message that the newest rows are of, and how many there are. */
  #seq = -1
  #rows = 0

  constructor(space: string) {
    this.#space = space
  }

  noteCreated(profile: Profile, cause: Cause): void {
    this.#change(profile)
    this.#logGraph(profile.id, profile.id, cause)
  }

  noteAdded(profile: Profile, mapping: Mapping, cause: Cause): void {
    this.#change(profile)
    this.added.push({ profileId: profile.id, mapping })
    this.#logMapping(profile.id, mapping, 'CREATED', cause)
  }

  /** `from` is still as it was. Those that were merged into it before are named again, as Profiles Sync does. */
  noteMerged(from: Profile, into: Profile, cause: Cause): void {
    this.profiles.delete(from)
    this.touched.delete(from)
    this.#change(into)
    this.merges.push({ from: from.id, into: into.id })
    for (const id of [from.id, ...from.merged]) this.#logGraph(id, into.id, cause)
  }

  noteTraits(profile: Profile, changes: TraitChanges, cause: Cause): void {
    if (!changes.isNewer) return
    this.#change(profile)
    const traits = JSON.stringify(changes.changed)
    if (traits === '{}') return
    this.logs.profile_traits_updates.push({
      segment_id: profile.id,
      traits,
      ...this.#trigger(cause),
    })
  }

  /** What leaves is known to belong to `to` a millisecond later: models go by the newest row of an identifier. */
  noteMoved(from: Profile, to: Profile, mappings: readonly Mapping[], cause: Cause): void {
    this.#change(from)
    this.#change(to)
    const after = new Date(Date.parse(cause.message.timestamp) + 1).toISOString()
    const later = { ...cause, message: { ...cause.message, timestamp: after } }
    for (const { type, value } of mappings) {
      const identifier = { type, value }
      this.moved.push({ identifier, to: to.id })
      this.#logMapping(from.id, identifier, 'REMOVED', cause)
      this.#logMapping(to.id, identifier, 'CREATED', later)
    }
  }

  noteApart(a: Profile, b: Profile): void {
    this.#change(a)
    this.#change(b)
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
    cause: Cause,
  ): void {
    for (const { name, identifier, limitedType, owner } of violations) {
      this.logs.violations.push({
        name,
        external_id_type: identifier?.type ?? null,
        external_id_value: identifier?.value ?? null,
        limited_type: limitedType ?? null,
        segment_id: profileId ?? null,
        conflicting_segment_id: owner ?? null,
        ...this.#trigger(cause),
      })
    }
  }

  #change(profile: Profile): void {
    this.profiles.add(profile)
    this.touched.delete(profile)
  }

  #logGraph(from: string, into: string, cause: Cause): void {
    this.logs.id_graph_updates.push({
      segment_id: from,
      canonical_segment_id: into,
      ...this.#trigger(cause),
    })
  }

  #logMapping(
    profileId: string,
    identifier: Identifier,
    operation: 'CREATED' | 'REMOVED',
    cause: Cause,
  ): void {
    this.logs.external_id_mapping_updates.push({
      segment_id: profileId,
      external_id_type: identifier.type,
      external_id_value: identifier.value,
      external_id_hash: externalIdHash(identifier),
      __operation: operation,
      ...this.#trigger(cause),
    })
  }

  #trigger(cause: Cause): LogRow {
    if (cause.seq !== this.#seq) {
      this.#seq = cause.seq
      this.#rows = 0
    }
    this.#rows += 1
    return triggerOf(cause, this.#space, this.#rows)
  }
}
