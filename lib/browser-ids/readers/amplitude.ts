// Amplitude: the cookies of @amplitude/analytics-browser and of amplitude-js before it.

import { checkCookieName, checkOptions, checkText } from './arguments.js'
import type { Cookies } from '../cookies/cookie-header.js'
import { base64Decode, field, percentDecode, type JsonRecord } from '../cookies/encodings.js'
import type { Claim, CookieReader } from './reader.js'
import { idIn, recordsIn } from './json-cookies.js'

export interface AmplitudeOptions {
  /** The project's API key. Without it, every cookie with a name of Amplitude is read, and the first in the header wins. */
  apiKey?: string | undefined
  /** The name of the cookie, if it is neither `AMP_<key>` nor `amp_<key>`. Both formats are understood. */
  cookieName?: string | undefined
}

/**
 * Reads `AMP_<first 10 of the key>`, then the older `amp_<first 6 of the key>`: the device id is the anonymous id. If one
 * of them says that the visitor opted out, there are no ids, and `optOut` is true.
 * @throws TypeError for a wrong option.
 */
export function amplitude(options: AmplitudeOptions = {}): CookieReader {
  checkOptions(options, 'amplitude')
  const apiKey = checkText(options.apiKey, 'amplitude: option apiKey')
  const cookieName = checkCookieName(options.cookieName, 'amplitude: option cookieName')
  return {
    name: 'amplitude',
    read(cookies) {
      const [names, oldNames] = cookieNames(cookies, apiKey, cookieName)
      const claims = recordsIn(cookies, names, decodeAmp).map(toClaim)
      // The newer SDK reads the older cookie and deletes it: beside a newer one it is a leftover.
      return claims.length > 0
        ? claims
        : oldNames.flatMap((name) => cookies.values(name)).flatMap(oldClaims)
    },
  }
}

// AMP_MKTG_… holds campaigns, AMP_TEST and AMP_TLDTEST… are probes.
const namePattern = /^AMP_(?!TEST|TLDTEST)[0-9A-Za-z]{1,10}$/
const oldNamePattern = /^amp_[0-9A-Za-z]{1,6}$/

function cookieNames(
  cookies: Cookies,
  apiKey?: string,
  cookieName?: string,
): readonly [readonly string[], readonly string[]] {
  if (cookieName !== undefined) return [[cookieName], [cookieName]]
  if (apiKey !== undefined) return [[`AMP_${apiKey.slice(0, 10)}`], [`amp_${apiKey.slice(0, 6)}`]]
  return [
    cookies.names('AMP_').filter((name) => namePattern.test(name)),
    cookies.names('amp_').filter((name) => oldNamePattern.test(name)),
  ]
}

function decodeAmp(value: string): string | undefined {
  const text = percentDecode(value)
  if (text === undefined || text.startsWith('{')) return text
  const escaped = base64Decode(text)
  return escaped === undefined ? undefined : percentDecode(escaped)
}

function toClaim(record: JsonRecord): Claim {
  return field(record, 'optOut') === true
    ? { optOut: true }
    : { anonymousId: idIn(record, 'deviceId'), userId: idIn(record, 'userId') }
}

// deviceId.base64(userId).optOut.session.lastEvent.n.n.n
const fieldsAfterDevice = 7

/** The older format is not url-encoded, and a custom device id may contain dots, so fields are counted from the end. */
function oldClaims(value: string): readonly Claim[] {
  const fields = value.split('.')
  const start = fields.length - fieldsAfterDevice
  if (start < 1) return []
  const [userId = '', optOut = ''] = fields.slice(start)
  if (optOut === '1' || optOut === 'true') return [{ optOut: true }]
  return [{ anonymousId: fields.slice(0, start).join('.'), userId: decodeUserId(userId) }]
}

function decodeUserId(base64: string): string {
  return base64Decode(base64) ?? Buffer.from(base64, 'base64').toString('latin1')
}
