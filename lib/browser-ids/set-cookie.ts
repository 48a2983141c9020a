// Writes Set-Cookie headers for ids as analytics.js itself would, so that the browser keeps only one cookie.

import { parseSetCookie, stringifySetCookie } from 'cookie'
import { jsonDecode } from './cookies/encodings.js'
import { toId } from './readers/id-rules.js'
import { decodeAjs, uuid } from './readers/ajs-encoding.js'

/** The scope of a cookie: a browser keeps one for each name, domain and path. */
export interface CookiePlace {
  /** Undefined for a cookie of the host alone. */
  readonly domain: string | undefined
  readonly secure: boolean
}

const oneYear = 365 * 24 * 60 * 60
const rootPath = '/'
const asItIs = (value: string): string => value

/** A cookie that passes an id to analytics.js. Never HttpOnly: analytics.js could not read it, and would make a new id. */
export function issueCookie(
  name: string,
  id: string,
  place: CookiePlace,
  classic: boolean,
): string {
  return stringifySetCookie({
    name,
    value: classic || mustBeQuoted(id) ? JSON.stringify(id) : id,
    ...attributes(place),
    maxAge: oneYear,
  })
}

/** A cookie that makes the browser remove the one in the same scope. */
export function expireCookie(name: string, place: CookiePlace): string {
  return stringifySetCookie({
    name,
    value: '',
    ...attributes(place),
    maxAge: 0,
    expires: new Date(0),
  })
}

/** Adds a cookie to the list, and removes those that it would overwrite in the browser. */
export function withCookie(list: readonly string[], cookie: string): readonly string[] {
  const place = placeOf(cookie)
  return [...list.filter((other) => placeOf(other) !== place), cookie]
}

/** The id that a response is about to set under a name; undefined if none, null if it expires the cookie. */
export function pendingId(list: readonly string[], name: string): string | null | undefined {
  const pending = list
    .map((cookie) => parseSetCookie(cookie, { decode: asItIs }))
    .filter((cookie) => cookie.name === name)
  if (pending.length === 0) return undefined
  // The expiry of a host-only cookie may be beside the cookie of the domain: the one that is set counts.
  const ids = pending.filter((cookie) => cookie.maxAge !== 0).map(({ value }) => value ?? '')
  return toId(ids.map(decodeAjs).findLast((id) => toId(id) !== undefined)) ?? null
}

function attributes({ domain, secure }: CookiePlace): {
  domain?: string
  path: string
  sameSite: 'lax'
  secure: boolean
} {
  return { ...(domain === undefined ? {} : { domain }), path: rootPath, sameSite: 'lax', secure }
}

function placeOf(cookie: string): string {
  const { name, domain = '', path = '' } = parseSetCookie(cookie, { decode: asItIs })
  return `${name};${domain.replace(/^\./, '').toLowerCase()};${path}`
}

/**
 * analytics-next parses what it reads as JSON if possible, which turns `1e3` into 1000, twenty digits into a rounded
 * number, and `true` into a boolean. If quoted, such an id is read as it was given. Plain numbers survive parsing.
 */
function mustBeQuoted(id: string): boolean {
  if (id.startsWith('"')) return true
  // Nearly every id is a uuid, which is not JSON. Finding that out by an exception would take longer than all the rest.
  if (uuid.test(id)) return false
  const value = jsonDecode(id)
  return value !== undefined && !(typeof value === 'number' && String(value) === id)
}
