// Segment: analytics-next, the classic analytics.js, and the cookies of older versions.

import { checkCookieName, checkOptions } from './arguments.js'
import type { Cookies } from '../cookies/cookie-header.js'
import { field, jsonRecord } from '../cookies/encodings.js'
import { claimsOf, idsOf, type Claim, type CookieReader } from './reader.js'
import { decodeAjs } from './ajs-encoding.js'

/** The cookie names of analytics.js. That of the anonymous id cannot be configured. */
export const anonymousCookie = 'ajs_anonymous_id'
export const defaultUserCookie = 'ajs_user_id'
export const defaultGroupCookie = 'ajs_group_id'
/** Names of the oldest versions, read if the present ones are absent. */
export const legacyUserCookie = 'ajs_user'
export const legacyBothCookie = '_sio'

export interface SegmentOptions {
  /** The name given to analytics.js as `user.cookie.key`. @default 'ajs_user_id' */
  userCookie?: string | undefined
  /** The name given to analytics.js as `group.cookie.key`. @default 'ajs_group_id' */
  groupCookie?: string | undefined
}

/**
 * Reads `ajs_anonymous_id`, `ajs_user_id` and `ajs_group_id`, plain or as JSON; then the legacy `_sio`
 * (`anonymous----user`) and `ajs_user` (`{"id":…}`).
 * @throws TypeError for a wrong option.
 */
export function segment(options: SegmentOptions = {}): CookieReader {
  checkOptions(options, 'segment')
  const userCookie = checkCookieName(options.userCookie, 'segment: option userCookie')
  const groupCookie = checkCookieName(options.groupCookie, 'segment: option groupCookie')
  return ajsReader('segment', userCookie, groupCookie)
}

/** A reader of the cookies that the libraries of Segment and Customer.io share. */
export function ajsReader(
  name: string,
  userCookie: string = defaultUserCookie,
  groupCookie: string = defaultGroupCookie,
): CookieReader {
  return {
    name,
    read(cookies: Cookies): readonly Claim[] {
      const anonymousIds = idsOf(cookies.values(anonymousCookie), decodeAjs)
      const userIds = idsOf(cookies.values(userCookie), decodeAjs)
      const groupIds = idsOf(cookies.values(groupCookie), decodeAjs)
      const oldUserIds = idsOf(cookies.values(legacyUserCookie), decodeLegacyUser)
      const both = cookies.values(legacyBothCookie)
      return claimsOf(
        anonymousIds.length > 0 ? anonymousIds : idsOf(both, (value) => splitSio(value)[0]),
        [userIds, oldUserIds, idsOf(both, (value) => splitSio(value)[1])].find(
          (ids) => ids.length > 0,
        ),
        // analytics-next also copies the id in `ajs_user` to the group's cookie (measured), where it is not a group.
        groupIds.filter((id) => !oldUserIds.includes(id)),
      )
    },
  }
}

function splitSio(value: string): readonly (string | undefined)[] {
  return decodeAjs(value)?.split('----', 2) ?? []
}

function decodeLegacyUser(value: string): unknown {
  const text = decodeAjs(value)
  const record = jsonRecord(text)
  return record === undefined ? text : field(record, 'id')
}
