// Jitsu (@jitsu/js): one cookie per id, not encoded.

import { checkCookieName, checkOptions } from './arguments.js'
import { claimsOf, idsOf, type CookieReader } from './reader.js'

export interface JitsuOptions {
  /** @default '__eventn_id' */
  anonymousCookie?: string | undefined
  /** @default '__eventn_uid' */
  userCookie?: string | undefined
  /** @default '__group_id' */
  groupCookie?: string | undefined
}

/**
 * Reads Jitsu's cookies as they are: "%" and "+" in them are part of the id. An id with a ";" is cut off in the browser.
 * @throws TypeError for a wrong option.
 */
export function jitsu(options: JitsuOptions = {}): CookieReader {
  checkOptions(options, 'jitsu')
  const anonymous = checkCookieName(options.anonymousCookie, 'jitsu: option anonymousCookie')
  const user = checkCookieName(options.userCookie, 'jitsu: option userCookie')
  const group = checkCookieName(options.groupCookie, 'jitsu: option groupCookie')
  return {
    name: 'jitsu',
    read: (cookies) =>
      claimsOf(
        idsOf(cookies.values(anonymous ?? '__eventn_id'), asItIs),
        idsOf(cookies.values(user ?? '__eventn_uid'), asItIs),
        idsOf(cookies.values(group ?? '__group_id'), asItIs),
      ),
  }
}

function asItIs(value: string): string {
  return value
}
