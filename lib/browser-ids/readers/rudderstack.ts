// RudderStack: JavaScript SDK v3 (encoded, legacy-encrypted or plain), v2 and v1.

import { claimsOf, idsOf, type CookieReader } from './reader.js'
import { decodeRudder } from './rudder-encoding.js'

/** Reads `rl_anonymous_id`, `rl_user_id` and `rl_group_id`; in v1 and v2 the last two may be empty. */
export function rudderstack(): CookieReader {
  return {
    name: 'rudderstack',
    read: (cookies) =>
      claimsOf(
        idsOf(cookies.values('rl_anonymous_id'), decodeRudder),
        idsOf(cookies.values('rl_user_id'), decodeRudder),
        idsOf(cookies.values('rl_group_id'), decodeRudder),
      ),
  }
}
