// Snowplow's browser tracker: a domain user id, in a cookie whose name contains a hash of the domain.

import { createHash } from 'node:crypto'
import { checkCookieName, checkOptions, checkText } from './arguments.js'
import type { Cookies } from '../cookies/cookie-header.js'
import { percentDecode } from '../cookies/encodings.js'
import { claimsOf, idsOf, type CookieReader } from './reader.js'

export interface SnowplowOptions {
  /**
   * The domain the tracker writes its cookies for, such as `'example.com'`. Without it, the first `_sp_id.` cookie
   * in the header wins. Give it if one host receives cookies from trackers of several domains.
   */
  domain?: string | undefined
  /** The `cookieName` given to the tracker: the prefix of its cookies. @default '_sp_' */
  cookieName?: string | undefined
}

/**
 * Reads `_sp_id.<hash>`: its first field, the domain user id, is the anonymous id. There is no user id in it.
 * @throws TypeError for a wrong option.
 */
export function snowplow(options: SnowplowOptions = {}): CookieReader {
  checkOptions(options, 'snowplow')
  const domain = checkText(options.domain, 'snowplow: option domain')
  const prefix = checkCookieName(options.cookieName, 'snowplow: option cookieName') ?? '_sp_'
  const exact = domain === undefined ? undefined : namesFor(`${prefix}id.`, domain)
  return {
    name: 'snowplow',
    read: (cookies) =>
      claimsOf(
        (exact ?? cookies.names(`${prefix}id.`)).flatMap((name) => domainUserIds(cookies, name)),
      ),
  }
}

/** The tracker hashes the domain as it was configured, with a leading dot or without. */
function namesFor(prefix: string, domain: string): readonly string[] {
  const bare = domain.replace(/^\./, '').toLowerCase()
  return [bare, `.${bare}`].map((form) => {
    const hash = createHash('sha1').update(`${form}/`).digest('hex').slice(0, 4)
    return `${prefix}${hash}`
  })
}

function domainUserIds(cookies: Cookies, name: string): readonly string[] {
  return idsOf(cookies.values(name), (value) => percentDecode(value)?.split('.', 1)[0])
}
