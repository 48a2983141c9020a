// Gives a visitor without an anonymous id one, in a cookie that analytics.js adopts.

import { randomUUID } from 'node:crypto'
import { registrableDomain } from './cookie-domain.js'
import { CookieHeader } from './cookie-header.js'
import { checkCookieOptions, type IdCookieOptions } from './cookie-options.js'
import { identityIn, readersOf, type ReadOptions } from './read-identity.js'
import type { CookieReader } from './reader.js'
import { anonymousCookie, segment } from './readers/segment.js'
import {
  checkRequest,
  cookieHeaderOf,
  hostOf,
  requestObjectOf,
  type CookieSource,
} from './request.js'
import { cookiesOfResponse, requestOfResponse } from './response.js'
import { expireCookie, issueCookie, pendingId, withCookie } from './set-cookie.js'

export interface EnsureOptions extends IdCookieOptions, ReadOptions {}

// By request object, and as weakly: no id outlives its request or is seen by another.
const issued = new WeakMap<object, string>()

const segmentReader = segment()

/**
 * The request's anonymous id as it is, with nothing set; or, where its cookies have none, a new UUID v4 and the
 * Set-Cookie that hands it to the browser: `ajs_anonymous_id` for the registrable domain of the host, `Path=/`, one year,
 * `SameSite=Lax`, never HttpOnly. Other Set-Cookie headers stay. Called again for the same request, or with the same
 * response, it returns the same id and sets nothing more.
 *
 * - A cookie that holds no id (`null`, empty, over 255 characters, control characters, not decodable) is replaced; one of
 *   the host alone is expired besides, so that the browser never holds two.
 * - Where the headers were sent already, a visitor without an id gets one that no cookie keeps: it is this request's alone.
 * - So it is for a visitor who opted out in a listed SDK, and after `forgetUser` on the same response.
 * @param request As for `readIdentity`. The host is taken from it (`hostname` as the framework computes it, else the Host
 * header), or from the response's request; where there is none, the cookie is of the host alone.
 * @throws TypeError for a wrong argument of the developer's; for nothing that a client sends.
 */
export function ensureAnonymousId(
  request: CookieSource,
  response: unknown,
  options: EnsureOptions = {},
): string {
  const caller = 'ensureAnonymousId'
  const { domain: chosen, secure, classic } = checkCookieOptions(options, caller)
  const readers = readersOf(options.sdks, caller)
  const cookies = new CookieHeader(cookieHeaderOf(checkRequest(request, `${caller}: request`)))
  const answer = cookiesOfResponse(response, caller)
  const { anonymousId, optOut } = identityIn(cookies, withSegment(readers))
  if (anonymousId !== undefined) return anonymousId

  const setBefore = answer.read()
  const pending = pendingId(setBefore, anonymousCookie)
  const key = requestObjectOf(request)
  const id = pending ?? (key && issued.get(key)) ?? randomUUID()
  if (key !== undefined) issued.set(key, id)
  if (pending !== undefined || optOut === true || answer.sent) return id

  const host = hostOf(request) ?? hostOf(requestOfResponse(response))
  const domain = chosen ?? registrableDomain(host)
  const invalid = cookies.values(anonymousCookie).length > 0
  const cleared =
    invalid && domain !== undefined
      ? withCookie(setBefore, expireCookie(anonymousCookie, { domain: undefined, secure }))
      : setBefore
  answer.write(withCookie(cleared, issueCookie(anonymousCookie, id, { domain, secure }, classic)))
  return id
}

/** The cookie set here is Segment's: not reading it would mean a new id with each request. */
function withSegment(readers: readonly CookieReader[]): readonly CookieReader[] {
  return readers.some(({ name }) => name === segmentReader.name)
    ? readers
    : [...readers, segmentReader]
}
