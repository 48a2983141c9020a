// Writes ids into cookies as the browser SDKs do, so that reading can be tested on ids nobody captured.
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import type { ReadOptions } from '../../lib/browser-ids/index.js'

export interface Ids {
  anonymousId: string
  userId: string
}

export interface Format {
  name: string
  sdks: NonNullable<ReadOptions['sdks']>
  /** The Cookie header as Node gives it to a server. */
  header(ids: Ids): string
  /** Where the SDK's cookie has no user id. */
  anonymousOnly?: true
  /** Where a ";" cuts the cookie off in the browser. */
  raw?: true
}

// What js-cookie leaves unescaped.
const JS_COOKIE_RAW = /%(?:2[346BF]|3[AC-F]|40|5[BDE]|60|7[BCD])/g

export function jsCookie(text: string): string {
  return encodeURIComponent(text).replace(JS_COOKIE_RAW, decodeURIComponent)
}

export function classic(value: unknown): string {
  return encodeURIComponent(JSON.stringify(value))
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

export function rudderV3(value: unknown, prefix = 'RS_ENC_v3_'): string {
  return encodeURIComponent(`${prefix}${base64(JSON.stringify(value))}`)
}

/** crypto-js's AES.encrypt(text, passphrase): OpenSSL's salted format. */
export function rudderLegacy(
  value: unknown,
  prefix = 'RudderEncrypt:',
  passphrase = 'Rudder',
): string {
  const salt = randomBytes(8)
  let bytes = Buffer.alloc(0)
  let last = Buffer.alloc(0)
  while (bytes.length < 48) {
    last = createHash('md5')
      .update(Buffer.concat([last, Buffer.from(passphrase), salt]))
      .digest()
    bytes = Buffer.concat([bytes, last])
  }
  const cipher = createCipheriv('aes-256-cbc', bytes.subarray(0, 32), bytes.subarray(32))
  const secret = Buffer.concat([
    Buffer.from('Salted__'),
    salt,
    cipher.update(JSON.stringify(value)),
    cipher.final(),
  ])
  return encodeURIComponent(`${prefix}${secret.toString('base64')}`)
}

export function jsonCookie(value: unknown): string {
  return encodeURIComponent(JSON.stringify(value))
}

export function amplitudeNew(value: unknown): string {
  return base64(encodeURIComponent(JSON.stringify(value)))
}

export function amplitudeOld(deviceId: string, userId: string, optOut = ''): string {
  return `${deviceId}.${base64(userId)}.${optOut}.1k804eacu.1k804eaqv.1.0.1`
}

/** What Node makes of the UTF-8 that a browser sends: a character a byte. */
export function onTheWire(header: string): string {
  return Buffer.from(header, 'utf8').toString('latin1')
}

export const FORMATS: readonly Format[] = [
  {
    name: 'analytics-next',
    sdks: ['segment'],
    header: ({ anonymousId, userId }) =>
      `ajs_anonymous_id=${jsCookie(anonymousId)}; ajs_user_id=${jsCookie(userId)}`,
  },
  {
    name: 'classic analytics.js',
    sdks: ['segment'],
    header: ({ anonymousId, userId }) =>
      `ajs_anonymous_id=${classic(anonymousId)}; ajs_user_id=${classic(userId)}`,
  },
  {
    name: 'Customer.io',
    sdks: ['customerio'],
    header: ({ anonymousId, userId }) =>
      `ajs_anonymous_id=${jsCookie(anonymousId)}; ajs_user_id=${jsCookie(userId)}`,
  },
  {
    name: 'Hightouch',
    sdks: ['hightouch'],
    header: ({ anonymousId, userId }) =>
      `htjs_anonymous_id=${jsCookie(anonymousId)}; htjs_user_id=${jsCookie(userId)}`,
  },
  {
    name: "Hightouch's first SDK, encrypted",
    sdks: ['hightouch'],
    header: ({ anonymousId, userId }) =>
      `htev_anonymous_id=${rudderLegacy(anonymousId, 'HtEvEncrypt:', 'HTEV')}; htev_user_id=${rudderLegacy(userId, 'HtEvEncrypt:', 'HTEV')}`,
  },
  {
    name: "Hightouch's first SDK, encoded",
    sdks: ['hightouch'],
    header: ({ anonymousId, userId }) =>
      `htev_anonymous_id=${rudderV3(anonymousId, 'HtEv_ENC_v3_')}; htev_user_id=${rudderV3(userId, 'HtEv_ENC_v3_')}`,
  },
  {
    name: 'RudderStack v3',
    sdks: ['rudderstack'],
    header: ({ anonymousId, userId }) =>
      `rl_anonymous_id=${rudderV3(anonymousId)}; rl_user_id=${rudderV3(userId)}`,
  },
  {
    name: 'RudderStack v1, v2 and legacy encryption',
    sdks: ['rudderstack'],
    header: ({ anonymousId, userId }) =>
      `rl_anonymous_id=${rudderLegacy(anonymousId)}; rl_user_id=${rudderLegacy(userId)}`,
  },
  {
    name: 'RudderStack without its plugin',
    sdks: ['rudderstack'],
    header: ({ anonymousId, userId }) =>
      `rl_anonymous_id=${classic(anonymousId)}; rl_user_id=${classic(userId)}`,
  },
  {
    name: 'RudderStack, legacy within v3',
    sdks: ['rudderstack'],
    header: ({ anonymousId, userId }) =>
      `rl_anonymous_id=${rudderV3(decodeURIComponent(rudderLegacy(anonymousId)))}; rl_user_id=${rudderV3(userId)}`,
  },
  {
    name: 'PostHog',
    sdks: ['posthog'],
    header: ({ anonymousId, userId }) =>
      `ph_phc_token_posthog=${jsonCookie({ distinct_id: userId, $device_id: anonymousId, $user_state: 'identified' })}`,
  },
  {
    name: 'Amplitude',
    sdks: ['amplitude'],
    header: ({ anonymousId, userId }) =>
      `AMP_a1b2c3d4e5=${amplitudeNew({ deviceId: anonymousId, userId, optOut: false })}`,
  },
  {
    name: 'Amplitude, escaped again by the server',
    sdks: ['amplitude'],
    header: ({ anonymousId, userId }) =>
      `AMP_a1b2c3d4e5=${encodeURIComponent(amplitudeNew({ deviceId: anonymousId, userId }))}`,
  },
  {
    name: 'amplitude-js',
    sdks: ['amplitude'],
    raw: true,
    header: ({ anonymousId, userId }) =>
      onTheWire(`amp_a1b2c3=${amplitudeOld(anonymousId, userId)}`),
  },
  {
    name: 'Mixpanel',
    sdks: ['mixpanel'],
    header: ({ anonymousId, userId }) =>
      `mp_0123_mixpanel=${jsonCookie({ distinct_id: userId, $device_id: anonymousId, $user_id: userId })}`,
  },
  {
    name: 'Jitsu',
    sdks: ['jitsu'],
    raw: true,
    header: ({ anonymousId, userId }) =>
      onTheWire(`__eventn_id=${anonymousId}; __eventn_uid=${userId}`),
  },
  {
    name: 'Google Analytics',
    sdks: ['googleAnalytics'],
    anonymousOnly: true,
    header: ({ anonymousId }) => `_ga=GA1.2.${encodeURIComponent(anonymousId)}`,
  },
]
