// Profiles as those who ask get them.
import type { Profile } from '../../profiles/profile.js'
import { traitsOf } from '../../profiles/traits.js'

/** A person: what is known, and since when. */
export interface ProfileView {
  readonly id: string
  readonly space: string
  /** Of the message that created it: ISO 8601, UTC. */
  readonly createdAt: string
  readonly updatedAt: string
  readonly firstMessageId: string
  readonly lastMessageId: string
  readonly firstSource: string
  readonly lastSource: string
  /** In the order in which they came. */
  readonly identifiers: readonly {
    readonly type: string
    readonly value: string
    readonly createdAt: string
    readonly source: string
    readonly firstMessageId: string
  }[]
  /** The newest value of each; without those that were removed. */
  readonly traits: Readonly<Record<string, unknown>>
  /** The ids of the profiles that were merged into it. */
  readonly merged: readonly string[]
  /** The ids of those that it was split from. */
  readonly apart: readonly string[]
}

export function profileView(profile: Profile): ProfileView {
  const { mappings, id, space, createdAt, updatedAt, merged, apart } = profile
  const { firstMessageId, lastMessageId, firstSource, lastSource } = profile
  return {
    id,
    space,
    createdAt,
    updatedAt,
    firstMessageId,
    lastMessageId,
    firstSource,
    lastSource,
    identifiers: mappings.map((mapping) => ({
      type: mapping.type,
      value: mapping.value,
      createdAt: mapping.createdAt,
      source: mapping.source,
      firstMessageId: mapping.firstMessageId,
    })),
    traits: traitsOf(profile),
    merged,
    apart,
  }
}
