// Mixpanel (mixpanel-browser): one JSON cookie per project.

import { checkCookieName, checkOptions, checkText } from './arguments.js'
import type { Cookies } from '../cookies/cookie-header.js'
import type { JsonRecord } from '../cookies/encodings.js'
import type { Claim, CookieReader } from './reader.js'
import { deniedIn, groupIn, idIn, recordsIn } from './json-cookies.js'

export interface MixpanelOptions {
  /** The project's token. Without it, every `mp_…_mixpanel` cookie is read, and the first in the header wins. */
  token?: string | undefined
  /** The `persistence_name` given to mixpanel-browser; the cookie is then `mp_<name>`. */
  name?: string | undefined
  /** The group key to read as groupId, such as `'company'`. Of several groups the first is used. */
  groupKey?: string | undefined
}

const consentPrefix = '__mp_opt_in_out_'
const devicePrefix = '$device:'

/**
 * Reads `mp_<token>_mixpanel`: `$device_id` is the anonymous id, `$user_id` the user's. Older versions have only a
 * `distinct_id`, which is returned as `distinctId`, `ambiguous`. An opt-out cookie of the project is honoured.
 * @throws TypeError for a wrong option.
 */
export function mixpanel(options: MixpanelOptions = {}): CookieReader {
  checkOptions(options, 'mixpanel')
  const token = checkText(options.token, 'mixpanel: option token')
  const name = checkCookieName(options.name, 'mixpanel: option name')
  const groupKey = checkText(options.groupKey, 'mixpanel: option groupKey')
  return {
    name: 'mixpanel',
    read(cookies) {
      const consent =
        token === undefined ? cookies.names(consentPrefix) : [`${consentPrefix}${token}`]
      if (deniedIn(cookies, consent)) return [{ optOut: true }]
      return recordsIn(cookies, cookieNames(cookies, token, name)).map((record) =>
        toClaim(record, groupKey),
      )
    },
  }
}

function cookieNames(cookies: Cookies, token?: string, name?: string): readonly string[] {
  if (name !== undefined) return [`mp_${name}`]
  if (token !== undefined) return [`mp_${token}_mixpanel`]
  return cookies.names('mp_').filter((found) => found.endsWith('_mixpanel'))
}

function toClaim(record: JsonRecord, groupKey: string | undefined): Claim {
  const anonymousId = idIn(record, '$device_id')
  const userId = idIn(record, '$user_id')
  const groupId = groupKey === undefined ? undefined : groupIn(record, groupKey)
  if (anonymousId !== undefined || userId !== undefined) return { anonymousId, userId, groupId }
  const distinctId = idIn(record, 'distinct_id')
  return distinctId?.startsWith(devicePrefix) === true
    ? { anonymousId: distinctId.slice(devicePrefix.length), groupId }
    : { distinctId, groupId }
}
