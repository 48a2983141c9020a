// PostHog (posthog-js): one JSON cookie per project.

import { checkCookieName, checkOptions, checkText } from './arguments.js'
import type { Cookies } from '../cookies/cookie-header.js'
import { field, type JsonRecord } from '../cookies/encodings.js'
import type { Claim, CookieReader } from './reader.js'
import { deniedIn, groupIn, idIn, recordsIn } from './json-cookies.js'

export interface PostHogOptions {
  /** The project's token. Without it, every `ph_…_posthog` cookie is read, and the first in the header wins. */
  token?: string | undefined
  /** The `persistence_name` given to posthog-js; the cookie is then `ph_<name>`. */
  name?: string | undefined
  /**
   * The group type to read as groupId, such as `'company'`. posthog-js keeps groups in the cookie only with
   * `persistence: 'cookie'`.
   */
  groupType?: string | undefined
}

const consentPrefix = '__ph_opt_in_out_'

// The id of every visitor in posthog-js' cookieless mode.
const cookieless = '$posthog_cookieless'

/**
 * Reads `ph_<token>_posthog`. Versions without `$user_state` (such as 1.200) keep one `distinct_id` without
 * saying whose it is; it is returned as `distinctId`, `ambiguous`. An opt-out cookie of the project is honoured.
 * @throws TypeError for a wrong option.
 */
export function posthog(options: PostHogOptions = {}): CookieReader {
  checkOptions(options, 'posthog')
  const token = checkText(options.token, 'posthog: option token')
  const name = checkCookieName(options.name, 'posthog: option name')
  const groupType = checkText(options.groupType, 'posthog: option groupType')
  return {
    name: 'posthog',
    read(cookies) {
      const consent =
        token === undefined ? cookies.names(consentPrefix) : [`${consentPrefix}${token}`]
      if (deniedIn(cookies, consent)) return [{ optOut: true }]
      return recordsIn(cookies, cookieNames(cookies, token, name)).map((record) =>
        toClaim(record, groupType),
      )
    },
  }
}

function cookieNames(cookies: Cookies, token?: string, name?: string): readonly string[] {
  if (name !== undefined) return [`ph_${name}`]
  if (token !== undefined) return [`ph_${escapeToken(token)}_posthog`]
  return cookies.names('ph_').filter((found) => found.endsWith('_posthog'))
}

// As posthog-js does: base64 tokens have characters that a cookie name must not have.
function escapeToken(token: string): string {
  return token.replaceAll('+', 'PL').replaceAll('/', 'SL').replaceAll('=', 'EQ')
}

function toClaim(record: JsonRecord, groupType: string | undefined): Claim {
  const distinctId = idIn(record, 'distinct_id')
  if (distinctId === cookieless) return {}
  const deviceId = idIn(record, '$device_id')
  const groupId = groupType === undefined ? undefined : groupOf(record, groupType)
  switch (field(record, '$user_state')) {
    case 'identified':
      return { anonymousId: deviceId, userId: distinctId, groupId }
    case 'anonymous':
      // Not the device id: after reset() it is still that of the previous person.
      return { anonymousId: distinctId, groupId }
    default:
      // identify() always makes the two differ, so while they are equal nobody was identified.
      return distinctId === deviceId
        ? { anonymousId: distinctId, groupId }
        : { distinctId, groupId }
  }
}

function groupOf(record: JsonRecord, groupType: string): string | undefined {
  const groups = field(record, '$groups')
  return typeof groups === 'object' && groups !== null
    ? groupIn(groups as JsonRecord, groupType)
    : undefined
}
