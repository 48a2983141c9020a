// The result of reading cookies: the ids that the browser claims, and what is doubtful about them.

import { toId } from './readers/id-rules.js'
import type { Claim, CookieReader } from './readers/reader.js'

const idFields = ['anonymousId', 'userId', 'groupId', 'distinctId'] as const

type IdField = (typeof idFields)[number]

/**
 * The ids that a request's cookies claim. Each is a non-empty string of at most 255 characters without control
 * characters, or is left out. **All of them are claims of the client**: anyone can send any cookie, so never authorise
 * by one.
 */
export interface BrowserIdentity {
  /** The visitor's anonymous id. */
  readonly anonymousId?: string
  /** The user that the browser claims to have identified. */
  readonly userId?: string
  /** The group that the browser claims to have joined. */
  readonly groupId?: string
  /**
   * The SDK's only id, if its cookie does not say whether it is anonymous or a user's (PostHog before `$user_state`, old
   * Mixpanel). Sent as an anonymousId it may merge two people, as a userId it may create a user that does not exist.
   */
  readonly distinctId?: string
  /** True if there is a `distinctId`. */
  readonly ambiguous?: true
  /** The visitor opted out in the SDK of `source`, so there are no ids. */
  readonly optOut?: true
  /** The SDK whose cookies these are (`'segment'`, `'posthog'`, …); undefined if nothing was found. */
  readonly source: string | undefined
  /**
   * The ids of further cookies of the same kind, in header order; left out if there are none. If there are two cookies
   * with one name (one of the host, one of the domain), libraries disagree: analytics-next reads the first, the classic
   * analytics.js the last.
   */
  readonly duplicates?: Readonly<Partial<Record<IdField, readonly string[]>>>
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Makes an identity of one reader's claims; undefined if they contain no id. */
export function toIdentity(
  reader: CookieReader,
  claims: readonly Claim[],
): BrowserIdentity | undefined {
  if (claims.length === 0) return undefined
  if (claims.some((claim) => claim.optOut === true)) return { source: reader.name, optOut: true }
  const identity: Mutable<BrowserIdentity> = { source: reader.name }
  const duplicates: Partial<Record<IdField, string[]>> = {}
  let found = false
  let doubled = false
  for (const claim of claims) {
    const first = !found
    for (const name of idFields) {
      const id = toId(claim[name])
      if (id === undefined) continue
      found = true
      if (first) {
        identity[name] = id
      } else {
        doubled = true
        ;(duplicates[name] ??= []).push(id)
      }
    }
  }
  if (!found) return undefined
  if (identity.distinctId !== undefined) identity.ambiguous = true
  if (doubled) identity.duplicates = duplicates
  return identity
}
