// Hightouch Events: analytics-next's encoding under its own names, and the encrypted cookies of an older SDK.

import type { Cookies } from '../cookies/cookie-header.js'
import { claimsOf, idsOf, type CookieReader } from './reader.js'
import { decodeAjs } from './ajs-encoding.js'
import { decodeRudder } from './rudder-encoding.js'

/** Reads `htjs_anonymous_id`, `htjs_user_id`, `htjs_group_id`; then the `htev_*` of Hightouch's first SDK. */
export function hightouch(): CookieReader {
  return {
    name: 'hightouch',
    read: (cookies) =>
      claimsOf(ids(cookies, 'anonymous_id'), ids(cookies, 'user_id'), ids(cookies, 'group_id')),
  }
}

function ids(cookies: Cookies, suffix: string): readonly string[] {
  const present = idsOf(cookies.values(`htjs_${suffix}`), decodeAjs)
  return present.length > 0 ? present : idsOf(cookies.values(`htev_${suffix}`), decodeRudder)
}
