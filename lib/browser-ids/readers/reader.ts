// What a reader of one SDK's cookies is, and how the ids of several cookies become one answer.

import type { Cookies } from '../cookies/cookie-header.js'
import { toId } from './id-rules.js'

/** What one cookie, or one set of cookies, says about the visitor. */
export interface Claim {
  anonymousId?: string | undefined
  userId?: string | undefined
  groupId?: string | undefined
  /** An id that may be anonymous or a user's: the cookie does not say which. */
  distinctId?: string | undefined
  /** The visitor has opted out of tracking. */
  optOut?: boolean | undefined
}

/**
 * Reads the cookies of one browser SDK. `read` gets what the client sent, raw, and must neither trust it nor throw.
 * Ids that break the rules (over 255 characters, control characters, placeholders) are dropped after it.
 */
export interface CookieReader {
  /** What `source` is in the result. */
  readonly name: string
  /** The claims found, the one that holds first; further ones are reported as duplicates. */
  read(cookies: Cookies): readonly Claim[]
}

/** The ids that cookies of one name hold, in header order, those that decode to none left out. */
export function idsOf(
  values: readonly string[],
  decode: (value: string) => unknown,
): readonly string[] {
  const ids: string[] = []
  for (const value of values) {
    const id = toId(decode(value))
    if (id !== undefined) ids.push(id)
  }
  return ids
}

/** Claims of an SDK that keeps an id a cookie: the firsts of each list together, then the seconds, and so on. */
export function claimsOf(
  anonymousIds: readonly string[],
  userIds: readonly string[] = [],
  groupIds: readonly string[] = [],
): readonly Claim[] {
  const claims: Claim[] = []
  const length = Math.max(anonymousIds.length, userIds.length, groupIds.length)
  for (let i = 0; i < length; i++) {
    claims.push({ anonymousId: anonymousIds[i], userId: userIds[i], groupId: groupIds[i] })
  }
  return claims
}
