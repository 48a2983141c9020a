// The option `oauth`, checked.

import { describeValue } from '../../runtime/describe-value.js'
import type { HttpClient, HttpFetch } from '../../delivery/transport/http-client.js'
import { ClientKey, WrongKey } from '../../delivery/auth/oauth-client-key.js'
import type { AnalyticsOptions } from './analytics-options.js'
import { integer, shown, warnOfUnknown, wrong } from '../../runtime/check-option.js'
import { httpClient } from './connection.js'
import type { OAuthOptions } from './oauth-options.js'

/** The option with every default filled in. */
export interface OAuthSettings {
  readonly clientId: string
  readonly clientKey: ClientKey
  readonly authServer: string
  readonly scope: string
  readonly httpClient: HttpFetch | HttpClient | undefined
}

// A token is valid in its own region only.
const euHost = 'events.eu1.segmentapis.com'
const euServer = 'https://oauth2.eu1.segmentapis.com'
const usServer = 'https://oauth2.segment.io'

const known = new Set<string>([
  'clientId',
  'clientKey',
  'keyId',
  'authServer',
  'scope',
  'httpClient',
  'maxRetries',
] satisfies (keyof OAuthOptions)[])

/**
 * @param target the URL that the messages go to
 * @throws TypeError that names the option and what is allowed, and shows nothing of a key
 */
export function oauth(options: AnalyticsOptions, target: string): OAuthSettings | undefined {
  const name = options.oauth === undefined ? 'oauthSettings' : 'oauth'
  const given = options[name]
  if (given === undefined) return undefined
  if (typeof given !== 'object' || (given as unknown) === null || Array.isArray(given)) {
    throw wrong(name, describeValue(given), 'an object with clientId, clientKey and keyId')
  }
  warnOfUnknown(
    Object.keys(given)
      .filter((field) => !known.has(field))
      .map((field) => `${name}.${field}`),
  )
  // It has no effect, but a wrong value is still a mistake.
  const { maxRetries } = given as { maxRetries?: unknown }
  integer({ [`${name}.maxRetries`]: maxRetries }, `${name}.maxRetries`, {
    default: 0,
    min: 0,
    max: Infinity,
  })
  const standard = new URL(target).hostname === euHost ? euServer : usServer
  const { authServer: server = standard, scope = 'tracking_api:write', httpClient: client } = given
  return {
    clientId: text(`${name}.clientId`, given.clientId),
    clientKey: clientKey(name, given),
    authServer: authServer(`${name}.authServer`, server),
    scope: text(`${name}.scope`, scope),
    httpClient: httpClient({ httpClient: client }, `${name}.httpClient`),
  }
}

function clientKey(name: string, { clientKey, keyId }: OAuthOptions): ClientKey {
  const fixedId =
    typeof clientKey === 'function' && keyId === undefined
      ? undefined
      : text(`${name}.keyId`, keyId)
  try {
    return new ClientKey(clientKey, fixedId)
  } catch (error) {
    if (!(error instanceof WrongKey)) throw error
    throw wrong(`${name}.clientKey`, error.given, WrongKey.allowed)
  }
}

/** The value may be a key in the wrong place: it is never shown. */
function text(name: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw wrong(
    name,
    typeof value === 'string' ? 'an empty string' : describeValue(value),
    'a non-empty string',
  )
}

function authServer(name: string, value: unknown): string {
  const allowed = `an http: or https: URL, for example '${usServer}'`
  const given =
    typeof value === 'string' && value.includes('@') ? 'a string with an @' : shown(value)
  if (typeof value !== 'string' || !URL.canParse(value)) throw wrong(name, given, allowed)
  const { protocol, username, password, search, hash, origin, pathname } = new URL(value)
  if (!/^https?:$/.test(protocol)) throw wrong(name, given, allowed)
  if (username !== '' || password !== '')
    throw wrong(name, 'a URL with a user or a password', allowed)
  if (search !== '' || hash !== '') throw wrong(name, 'a URL with a query or a hash', allowed)
  return `${origin}${pathname.replace(/\/+$/, '')}`
}
