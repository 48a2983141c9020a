// What taking in messages changes about profiles: what a store has to write, in one transaction.
import type { Cell } from '../cells/cells.js'
import type { Account, Identifier, Mapping, Profile } from './profile.js'

/** The append-only logs; the first three are named and shaped as Segment's Profiles Sync has them. */
export type LogName =
  'id_graph_updates' | 'external_id_mapping_updates' | 'profile_traits_updates' | 'violations'

/** A row of a log: its keys are columns of `LOG_TABLES[name]`. */
export type LogRow = Readonly<Record<string, Cell>>

export interface ProfileChanges {
  /** New or changed, as they are now; without those that were merged into another. */
  readonly profiles: Iterable<Profile>
  /** Only `updatedAt`, `lastMessageId` and `lastSource` are new. */
  readonly touched: Iterable<Profile>
  /** New identifiers, each with the profile that has it now. */
  readonly added: readonly { readonly profileId: string; readonly mapping: Mapping }[]
  /**
   * In order. Whatever belonged to `from`, its identifiers and those merged into it before, belongs to `into` now.
   * A `from` that is new itself stands in no other list but `added`.
   */
  readonly merges: readonly { readonly from: string; readonly into: string }[]
  /** Identifiers that were split off: they leave their profile for another. */
  readonly moved: readonly { readonly identifier: Identifier; readonly to: string }[]
  readonly accounts: Iterable<Account>
  readonly logs: Readonly<Record<LogName, readonly LogRow[]>>
}

/** What became of one message. */
export interface Resolution {
  /** The profile it was counted to, at that time; undefined if nothing identified it. */
  readonly profileId: string | undefined
  /** The names of the violations it caused, each once. */
  readonly violations: readonly string[]
}
