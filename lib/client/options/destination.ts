// Where messages go, and by which key.

import { createHash } from 'node:crypto'
import { describeValue } from '../../runtime/describe-value.js'
import type { AnalyticsOptions } from './analytics-options.js'
import { shown, wrong } from '../../runtime/check-option.js'

/** @param isDisabled whether nothing is sent: then no key is needed */
export function writeKey(value: unknown, isDisabled: boolean): string {
  if (isDisabled && value === undefined) return ''
  // Even a wrong value is a secret.
  if (typeof value !== 'string' || value === '')
    throw wrong('writeKey', describeValue(value), 'a non-empty string')
  if (value.trim() !== value) {
    throw wrong(
      'writeKey',
      'a string with white space at its start or end',
      'a write key without any',
    )
  }
  return value
}

/** A name for the source of a write key, which does not give the key away. */
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
  // It would be dropped silently.
  if (base.search !== '' || base.hash !== '' || /[?#]/.test(host)) {
    throw wrong('host', 'a URL with a query or a fragment', allowedHost)
  }
  return urlOf(base, path)
}

function urlOf(base: URL, path: unknown): string {
  const suffix = suffixOf(path)
  const url = new URL(base)
  // A host may have a path of its own: that of a proxy in front of the API.
  const [pathname = '', query] = suffix.split(/\?(.*)/s, 2)
  // Set, not resolved: setting a path changes nothing else of a URL.
  url.pathname = `${base.pathname.replace(/\/+$/, '')}${pathname}`.replace(/\/$/, '')
  url.search = query ?? ''
  return url.href
}

/** The path with a slash before it. One that a URL would read as another host is rejected: that host would get the key. */
function suffixOf(path: unknown): string {
  const allowed = "a path on the host, for example '/v1/batch'"
  if (typeof path !== 'string') throw wrong('path', describeValue(path), allowed)
  const given = path.includes('@') ? 'a string with an @' : shown(path)
  // URLs read a backslash as a slash, and leave out control characters.
  const isOther = /^[/\\]{2}|^[a-z][a-z\d+.-]*:\/\//i.test(path)
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  if (isOther || /[\\#\u0000-\u0020\u007f]/.test(path)) throw wrong('path', given, allowed)
  return path === '' || path.startsWith('/') ? path : `/${path}`
}
