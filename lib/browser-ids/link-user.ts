// Passes the user that the server knows to analytics.js in the browser.

import { checkCookieName, wrongArgument } from './readers/arguments.js'
import { registrableDomain } from './cookie-domain.js'
import { CookieHeader } from './cookies/cookie-header.js'
import { checkCookieOptions, type IdCookieOptions } from './cookie-options.js'
import { toId } from './readers/id-rules.js'
import { identityIn } from './read-identity.js'
import { renewAnonymousId } from './ensure-anonymous-id.js'
import { segment, defaultUserCookie } from './readers/segment.js'
import { checkRequest, cookieHeaderOf, hostOf, type CookieSource } from './request.js'
import { cookiesOfResponse, requestOfResponse } from './response.js'
import { expireCookie, issueCookie, withCookie } from './set-cookie.js'

export interface LinkOptions extends IdCookieOptions {
  /**
   * The request, if the response does not have it: for Fetch `Headers` and `Response`. With `domain` you may leave it
   * out, but then the anonymous id of another user is not noticed.
   */
  request?: CookieSource
  /** The name given to analytics.js as `user.cookie.key`. @default 'ajs_user_id' */
  userCookie?: string | undefined
}

/**
 * Sets `ajs_user_id`, so that the browser's next event carries the server's user id. The attributes are those of
 * `ensureAnonymousId`. With analytics-next, localStorage wins over the cookie: if another user was identified in this
 * browser and not reset, the old id comes back. With the classic analytics.js the cookie wins (docs/linking.md).
 *
 * If the request's cookies name another user, their anonymous id belongs to that user: a new `ajs_anonymous_id` is set as
 * well, as analytics.js does in `identify()`.
 * @param userId A non-empty string of at most 255 characters without control characters, or a finite number. Ids that
 * analytics-next would change on reading (`1e3`, twenty digits, `true`) are quoted.
 * @returns Whether it was set: false if the headers were already sent.
 * @throws TypeError for a wrong argument, or if the host is unknown.
 */
export function linkUser(
  response: unknown,
  userId: string | number,
  options: LinkOptions = {},
): boolean {
  const caller = 'linkUser'
  const checked = checkCookieOptions(options, caller)
  const { domain: chosen, secure, classic } = checked
  const name =
    checkCookieName(options.userCookie, `${caller}: option userCookie`) ?? defaultUserCookie
  const answer = cookiesOfResponse(response, caller)
  const id = toId(userId)
  if (id === undefined) {
    const allowed =
      'a finite number or a string of 1 to 255 characters, without control characters and no placeholder such as "null"'
    throw wrongArgument(`${caller}: userId`, allowed, userId)
  }
  const request =
    checkRequest(options.request, `${caller}: option request`) ?? requestOfResponse(response)
  if (chosen === undefined && (request === undefined || typeof request === 'string')) {
    const allowed = 'a request, or the option domain: Fetch Headers and Responses name no host'
    throw wrongArgument(`${caller}: option request`, allowed, request)
  }
  if (answer.sent) return false

  const domain = chosen ?? registrableDomain(hostOf(request))
  const cookies = new CookieHeader(cookieHeaderOf(request))
  const identity = identityIn(cookies, [segment({ userCookie: name })])
  if (identity.userId !== undefined && identity.userId !== id) {
    renewAnonymousId({ request, response, cookies, identity, options: checked }, answer)
  }
  // If there are two, one is of the domain, and one of the host, which would take precedence over the new one.
  const doubled = cookies.values(name).length > 1
  const cleared =
    doubled && domain !== undefined
      ? withCookie(answer.read(), expireCookie(name, { domain: undefined, secure }))
      : answer.read()
  return answer.write(withCookie(cleared, issueCookie(name, id, { domain, secure }, classic)))
}
