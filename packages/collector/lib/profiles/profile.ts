// A profile: what is known of one person, and how it came to be known.

/** An external id as Segment calls it: `user_id` u1, `anonymous_id` a1, `email` jane@example.com. */
export interface Identifier {
  readonly type: string
  /** Always text: 42 and "42" are one id. */
  readonly value: string
}

/** An identifier that belongs to a profile. What it says of its beginning is never rewritten. */
export interface Mapping extends Identifier {
  /** The `timestamp` of the message that brought it: ISO 8601, UTC. */
  readonly createdAt: string
  readonly firstMessageId: string
  /** The name of the source that sent that message. */
  readonly source: string
  /** The place of that message in the order of arrival. */
  readonly seq: number
}

/** A trait's newest value. */
export interface Trait {
  /** `null` if the trait was removed: an older value that arrives later must not bring it back. */
  readonly value: unknown
  /** Of the message that set it: ISO 8601, UTC. */
  readonly timestamp: string
  /** Of the message that set it: decides between equal timestamps. */
  readonly seq: number
}

export type Traits = Map<string, Trait>

export interface Profile {
  /** `use_` and 27 letters or digits. */
  readonly id: string
  readonly space: string
  /** The place, in the order of arrival, of the message that created it: the profile with the smallest is the oldest. */
  readonly seq: number
  /** The `timestamp` of that message. */
  readonly createdAt: string
  updatedAt: string
  readonly firstMessageId: string
  readonly firstSource: string
  lastMessageId: string
  lastSource: string
  /** Its identifiers, in the order in which they came. */
  mappings: Mapping[]
  traits: Traits
  /** The ids of the profiles that were merged into it, transitively. */
  merged: string[]
  /** The ids of profiles that were split off it, or it off them: it is never merged with them again. */
  apart: string[]
}

/** A company or team that group() named: keyed by its groupId. */
export interface Account {
  readonly id: string
  readonly space: string
  readonly createdAt: string
  updatedAt: string
  readonly firstMessageId: string
  lastMessageId: string
  traits: Traits
}
