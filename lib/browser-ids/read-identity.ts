// Reads the ids that a request's cookies claim, asking the readers in the caller's order.

import { checkOptions, wrongArgument } from './readers/arguments.js'
import { CookieHeader, type Cookies } from './cookies/cookie-header.js'
import { toIdentity, type BrowserIdentity } from './identity.js'
import { isObject } from './readers/probe.js'
import type { CookieReader } from './readers/reader.js'
import { readersByName, type SdkName } from './readers/index.js'
import { segment } from './readers/segment.js'
import { checkRequest, cookieHeaderOf, type CookieSource } from './request.js'

export interface ReadOptions {
  /**
   * The SDKs whose cookies to read, in order: a name, or a reader with its options. Only those listed are read.
   * @default ['segment']
   * @example { sdks: ['segment', rudderstack(), posthog({ token: 'phc_…' })] }
   */
  sdks?: readonly (SdkName | CookieReader)[] | undefined
}

const segmentOnly: readonly CookieReader[] = [segment()]

/**
 * Reads who the browser says it is. The answer comes from the first listed SDK with an anonymous id; if there is none,
 * from the first one with any id. Ids of two SDKs are never mixed, because they may belong to two people. An SDK in which
 * the visitor opted out ends the search, with `optOut` and no id.
 *
 * No cookie makes it throw. It is normal that there are none: on the first request of a visit, without consent, or if the
 * SDK uses only localStorage. Never authorise by the result: every id is a claim of the client.
 * @param request What carries the cookies. The raw Cookie header is used if there is one, and not a framework's
 * parsed cookies: those are url-decoded, and each SDK encodes in its own way.
 * @throws TypeError for a wrong argument of the developer.
 */
export function readIdentity(request: CookieSource, options: ReadOptions = {}): BrowserIdentity {
  checkOptions(options, 'readIdentity')
  const readers = readersOf(options.sdks, 'readIdentity')
  const header = cookieHeaderOf(checkRequest(request, 'readIdentity: request'))
  return header === '' ? { source: undefined } : identityIn(new CookieHeader(header), readers)
}

/**
 * The anonymous id of `readIdentity`, or undefined.
 * @throws TypeError for a wrong argument of the developer.
 */
export function readAnonymousId(
  request: CookieSource,
  options: ReadOptions = {},
): string | undefined {
  checkOptions(options, 'readAnonymousId')
  const readers = readersOf(options.sdks, 'readAnonymousId')
  const header = cookieHeaderOf(checkRequest(request, 'readAnonymousId: request'))
  return header === '' ? undefined : identityIn(new CookieHeader(header), readers).anonymousId
}

/** The part of `readIdentity` after its arguments are checked. */
export function identityIn(cookies: Cookies, readers: readonly CookieReader[]): BrowserIdentity {
  let partial: BrowserIdentity | undefined
  for (const reader of readers) {
    const identity = toIdentity(reader, reader.read(cookies))
    if (identity?.anonymousId !== undefined || identity?.optOut === true) return identity
    partial ??= identity
  }
  return partial ?? { source: undefined }
}

/** @throws TypeError if the list or one of its entries is wrong */
export function readersOf(sdks: unknown, caller: string): readonly CookieReader[] {
  if (sdks === undefined) return segmentOnly
  if (!Array.isArray(sdks) || sdks.length === 0) {
    throw wrongArgument(`${caller}: option sdks`, 'a list of SDK names and readers', sdks)
  }
  return sdks.map((sdk, index) => toReader(sdk, `${caller}: option sdks[${index}]`))
}

function toReader(sdk: unknown, argument: string): CookieReader {
  if (isReader(sdk)) return sdk
  const reader = typeof sdk === 'string' ? readersByName.get(sdk) : undefined
  if (reader !== undefined) return reader
  const names = [...readersByName.keys()].map((name) => `'${name}'`).join(', ')
  throw wrongArgument(argument, `one of ${names} or a reader such as posthog({ token })`, sdk)
}

function isReader(value: unknown): value is CookieReader {
  return (
    isObject(value) &&
    'name' in value &&
    typeof value.name === 'string' &&
    'read' in value &&
    typeof value.read === 'function'
  )
}
