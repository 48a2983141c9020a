// Helpers for SDKs that keep everything in one JSON cookie: find the cookies, and read ids from them.

import type { Cookies } from '../cookies/cookie-header.js'
import { field, jsonRecord, percentDecode, type JsonRecord } from '../cookies/encodings.js'
import { toId } from './id-rules.js'

/** The objects in the cookies of these names, in that order. Skips cookies without one. */
export function recordsIn(
  cookies: Cookies,
  names: readonly string[],
  decode: (value: string) => string | undefined = percentDecode,
): readonly JsonRecord[] {
  return names
    .flatMap((name) => cookies.values(name))
    .map((value) => jsonRecord(decode(value)))
    .filter((record) => record !== undefined)
}

export function idIn(record: JsonRecord, name: string): string | undefined {
  return toId(field(record, name))
}

/** The id of a group. If an SDK keeps a list of groups, the first is used. */
export function groupIn(record: JsonRecord, name: string): string | undefined {
  const value = field(record, name)
  return toId(Array.isArray(value) ? value[0] : value)
}

/** Whether one of these cookies says "opted out", as PostHog and Mixpanel write it. */
export function deniedIn(cookies: Cookies, names: readonly string[]): boolean {
  return names.some((name) => cookies.values(name).includes('0'))
}
