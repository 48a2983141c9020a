// Expires the cookies that identify a person, at logout.

import { checkCookieName } from './readers/arguments.js'
import { registrableDomain } from './cookie-domain.js'
import { CookieHeader } from './cookies/cookie-header.js'
import { checkCookieOptions, type CookieOptions } from './cookie-options.js'
import {
  anonymousCookie,
  defaultGroupCookie,
  legacyBothCookie,
  legacyUserCookie,
  defaultUserCookie,
  type SegmentOptions,
} from './readers/segment.js'
import { checkRequest, cookieHeaderOf, hostOf, type CookieSource } from './request.js'
import { cookiesOfResponse, requestOfResponse } from './response.js'
import { expireCookie, withCookie } from './set-cookie.js'

export interface ForgetOptions extends CookieOptions, SegmentOptions {}

/**
 * Expires the cookies of analytics.js for the user, the group and the anonymous id, both those of the registrable domain
 * and those of the host alone. Also withdraws what this response was about to set of them. The next visit counts as a new
 * visitor if the page also calls `analytics.reset()`, or keeps ids in cookies only: otherwise analytics.js restores them
 * from localStorage, which no server can reach (docs/linking.md).
 * @returns Whether they were expired: false if the headers were already sent.
 * @throws TypeError for a wrong argument of the developer, never because of what a client sends.
 */
export function forgetUser(
  request: CookieSource,
  response: unknown,
  options: ForgetOptions = {},
): boolean {
  const caller = 'forgetUser'
  const { domain: chosen, secure } = checkCookieOptions(options, caller)
  const names = [
    anonymousCookie,
    checkCookieName(options.userCookie, `${caller}: option userCookie`) ?? defaultUserCookie,
    checkCookieName(options.groupCookie, `${caller}: option groupCookie`) ?? defaultGroupCookie,
  ]
  const cookies = new CookieHeader(cookieHeaderOf(checkRequest(request, `${caller}: request`)))
  const answer = cookiesOfResponse(response, caller)
  if (answer.sent) return false

  // Otherwise these would be read in place of the others.
  const legacy = [legacyUserCookie, legacyBothCookie].filter(
    (name) => cookies.values(name).length > 0,
  )
  const domain = chosen ?? registrableDomain(hostOf(request) ?? hostOf(requestOfResponse(response)))
  const places = new Set([domain, undefined])
  let list = answer.read()
  for (const name of [...names, ...legacy]) {
    for (const place of places) {
      list = withCookie(list, expireCookie(name, { domain: place, secure }))
    }
  }
  return answer.write(list)
}
