// Where messages go, and by which key.

import { createHash } from 'node:crypto'
import { describe } from '../describe.js'
import type { AnalyticsOptions } from './analytics-options.js'
import { shown, wrong } from './checks.js'

export function writeKey(value: unknown): string {
  // The value itself is a secret, also where it is a wrong one.
  if (typeof value !== 'string' || value === '')
    throw wrong('writeKey', describe(value), 'a non-empty string')
  if (value.trim() !== value) {
    throw wrong(
      'writeKey',
      'a string with white space at its start or end',
      'a write key without any',
    )
  }
  return value
}

/** A name for what a write key belongs to, from which the key cannot be told. */
export function sourceOf(key: string): string {
  return createHash('sha256').update(`selfsame ${key}`).digest('hex').slice(0, 12)
}

export function url(options: AnalyticsOptions): string {
  const host: unknown = options.host ?? 'https://api.segment.io'
  const path: unknown = options.path ?? '/v1/batch'
  const allowedHost = "an http: or https: URL, for example 'https://api.segment.io'"
  const given = typeof host === 'string' && host.includes('@') ? 'a string with an @' : shown(host)
  if (typeof host !== 'string' || !URL.canParse(host)) throw wrong('host', given, allowedHost)
  const base = new URL(host)
  if (base.protocol !== 'https:' && base.protocol !== 'http:')
    throw wrong('host', given, allowedHost)
  if (base.username !== '' || base.password !== '') {
    throw wrong('host', 'a URL with a user or a password', allowedHost)
  }
  // Not `base.search`, which is empty for a bare '?'.
  if (/[?#]/.test(base.href)) throw wrong('host', 'a URL with a query or a fragment', allowedHost)
  // A host may have a path of its own: that of a proxy in front of the API.
  const prefix = base.pathname.replace(/\/+$/, '')
  // Behind the origin, not relative to it: whatever a path begins with, the write key goes to no other host.
  const url = new URL(`${base.origin}${prefix}${suffixOf(path)}`)
  // As @segment/analytics-node does.
  url.pathname = url.pathname.replace(/\/$/, '')
  return url.href
}

/** A path as it stands behind a host. What a URL would read as another host's is refused, although it could not be one. */
function suffixOf(path: unknown): string {
  const allowed = "a path on the host, for example '/v1/batch'"
  if (typeof path !== 'string') throw wrong('path', describe(path), allowed)
  const given = path.includes('@') ? 'a string with an @' : shown(path)
  // URLs read a backslash as a slash, and leave out control characters.
  const isOther = /^[/\\]{2}|^[a-z][a-z\d+.-]*:\/\//i.test(path)
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  if (isOther || /[\\#\u0000-\u0020\u007f]/.test(path)) throw wrong('path', given, allowed)
  return path === '' || path.startsWith('/') ? path : `/${path}`
}
