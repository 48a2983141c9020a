// Issues an anonymous id to a visitor without one, in a cookie that analytics.js adopts.

import { randomUUID } from 'node:crypto'
import { registrableDomain } from './cookie-domain.js'
import { CookieHeader, type Cookies } from './cookies/cookie-header.js'
import {
  checkCookieOptions,
  type CheckedCookieOptions,
  type IdCookieOptions,
} from './cookie-options.js'
import type { BrowserIdentity } from './identity.js'
import { identityIn, readersOf, type ReadOptions } from './read-identity.js'
import { anonymousCookie, segment } from './readers/segment.js'
import {
  checkRequest,
  cookieHeaderOf,
  hostOf,
  requestObjectOf,
  type CookieSource,
} from './request.js'
import { cookiesOfResponse, requestOfResponse, type ResponseCookies } from './response.js'
import { expireCookie, issueCookie, pendingId, withCookie } from './set-cookie.js'
import { isSuccessorId, successorId } from './successor-id.js'

export interface EnsureOptions extends IdCookieOptions, ReadOptions {}

// Held weakly, by request object: no id outlives its request or is seen by another.
const issued = new WeakMap<object, string>()

const segmentAlone = [segment()]

/**
 * Returns the request's anonymous id, and sets nothing. If its cookies have none, returns a new uuid v4, and sets it in a
 * cookie: `ajs_anonymous_id` for the registrable domain of the host, `Path=/`, one year,
 * `SameSite=Lax`, never HttpOnly. Other Set-Cookie headers stay. Called again for the same request or
 * response, it returns the same id and sets nothing more.
 *
 * - A cookie that holds no id (`null`, empty, over 255 characters, control characters, not decodable) is replaced. One of
 *   the host alone is also expired, so that the browser never holds two.
 * - If the headers were already sent, the new id is not set in a cookie, and is valid for this request only. The same
 *   holds for a visitor who opted out in a listed SDK, and after `forgetUser` on the same response.
 * @param request As for `readIdentity`. The host is taken from it (`hostname` as the framework computes it, else the Host
 * header), or from the response's request. Without either, the cookie belongs to the host alone.
 * @throws TypeError for a wrong argument of the developer, never because of what a client sends.
 */
export function ensureAnonymousId(
  request: CookieSource,
  response: unknown,
  options: EnsureOptions = {},
): string {
  const caller = 'ensureAnonymousId'
  const checked = checkCookieOptions(options, caller)
  const readers = readersOf(options.sdks, caller)
  const cookies = new CookieHeader(cookieHeaderOf(checkRequest(request, `${caller}: request`)))
  const answer = cookiesOfResponse(response, caller)
  const identity = identityIn(cookies, readers)
  return idFor({ request, response, cookies, identity, options: checked }, answer)
}

/** A request whose cookies were read, and what is needed to set some. */
export interface Exchange {
  readonly request: CookieSource
  readonly response: unknown
  readonly cookies: Cookies
  /** What the readers found in the cookies. */
  readonly identity: BrowserIdentity
  readonly options: CheckedCookieOptions
}

/** The part of `ensureAnonymousId` after its arguments are checked and the cookies are read. */
export function idFor(exchange: Exchange, answer: ResponseCookies): string {
  const { request, cookies, identity } = exchange
  const setBefore = answer.read()
  const pending = pendingId(setBefore, anonymousCookie)
  // linkUser issued it during this request: the one in the cookies belongs to the user before.
  if (typeof pending === 'string' && isSuccessorId(pending)) return pending
  const known = identity.anonymousId ?? (identity.optOut === true ? undefined : idOfAjs(cookies))
  if (known !== undefined) return known

  const key = requestObjectOf(request)
  const id = pending ?? (key && issued.get(key)) ?? randomUUID()
  if (key !== undefined) issued.set(key, id)
  if (pending !== undefined || identity.optOut === true || answer.sent) return id
  answer.write(withId(setBefore, id, exchange))
  return id
}

/**
 * Issues the browser another anonymous id, because another user is there now. Sets nothing if the cookie of analytics.js
 * does not have the id in question, or if this response already sets or expires that cookie.
 */
export function renewAnonymousId(exchange: Exchange, answer: ResponseCookies): void {
  const { cookies, identity } = exchange
  if (identity.anonymousId === undefined || identity.anonymousId !== idOfAjs(cookies)) return
  const setBefore = answer.read()
  if (answer.sent || pendingId(setBefore, anonymousCookie) !== undefined) return
  answer.write(withId(setBefore, successorId(), exchange))
}

/** Segment's cookie is always read, because it is the one set here: otherwise each request would get a new id. */
function idOfAjs(cookies: Cookies): string | undefined {
  return identityIn(cookies, segmentAlone).anonymousId
}

function withId(
  setBefore: readonly string[],
  id: string,
  { request, response, cookies, options }: Exchange,
): readonly string[] {
  const { secure, classic } = options
  const host = hostOf(request) ?? hostOf(requestOfResponse(response))
  const domain = options.domain ?? registrableDomain(host)
  const replaces = cookies.values(anonymousCookie).length > 0
  const cleared =
    replaces && domain !== undefined
      ? withCookie(setBefore, expireCookie(anonymousCookie, { domain: undefined, secure }))
      : setBefore
  return withCookie(cleared, issueCookie(anonymousCookie, id, { domain, secure }, classic))
}
