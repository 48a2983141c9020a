// Google Analytics (gtag.js, analytics.js): the client id in `_ga`.

import { checkCookieName, checkOptions } from './arguments.js'
import { percentDecode } from '../cookies/encodings.js'
import { claimsOf, idsOf, type CookieReader } from './reader.js'

export interface GoogleAnalyticsOptions {
  /** The name of the cookie, if `cookie_prefix` (gtag.js) or `cookieName` (analytics.js) changed it. @default '_ga' */
  cookieName?: string | undefined
}

/**
 * Reads `_ga`: the client id is the anonymous id. There is no user id in the cookie.
 * @throws TypeError for a wrong option.
 */
export function googleAnalytics(options: GoogleAnalyticsOptions = {}): CookieReader {
  checkOptions(options, 'googleAnalytics')
  const name = checkCookieName(options.cookieName, 'googleAnalytics: option cookieName') ?? '_ga'
  return {
    name: 'googleAnalytics',
    read: (cookies) => claimsOf(idsOf(cookies.values(name), clientId)),
  }
}

// GA1, then the depth of the domain and perhaps of the path: GA1.2. or GA1.3-2.
const versionPattern = /^GA\d{1,2}\.\d{1,2}(?:-\d{1,2})?\./

/** All that follows the version: usually two numbers, `amp-…` from AMP pages, or what the site itself set. */
function clientId(value: string): string | undefined {
  const text = percentDecode(value)
  const version = text === undefined ? null : versionPattern.exec(text)
  return version === null ? undefined : text?.slice(version[0].length)
}
