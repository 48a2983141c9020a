// The interface of a reader of one SDK's cookies, and helpers that combine the ids of several cookies.

import type { Cookies } from '../cookies/cookie-header.js'
import { toId } from './id-rules.js'

/** What a cookie, or a set of cookies, says about the visitor. */
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
 * Reads the cookies of one browser SDK. `read` gets the raw input of the client, and must neither trust it nor throw.
 * Invalid ids (over 255 characters, control characters, placeholders) are dropped afterwards.
 */
export interface CookieReader {
  /** The `source` of the result. */
  readonly name: string
  /** The claims found. The first one counts; further ones are reported as duplicates. */
  read(cookies: Cookies): readonly Claim[]
}

/** The ids in cookies of one name, in header order. Skips values that are not ids. */
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

/** The claims of an SDK with one cookie per id: the first id of each list together, then the second, and so on. */
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
