// The options of all functions that set cookies, and their checks.

import { checkBoolean, checkOptions } from './readers/arguments.js'
import { checkDomain } from './cookie-domain.js'

export interface CookieOptions {
  /**
   * The Domain attribute, if it should not be the registrable domain of the request's host: behind a proxy that hides
   * the host, or if analytics.js is loaded with `cookie.domain`.
   */
  domain?: string | undefined
  /**
   * Whether the cookie is sent over https only. Browsers refuse such a cookie on http pages.
   * analytics.js drops the attribute when it rewrites the cookie, unless it is loaded with `cookie.secure`.
   * @default false
   */
  secure?: boolean | undefined
}

export interface IdCookieOptions extends CookieOptions {
  /**
   * Whether to write the id as JSON (`%22id%22`), which the classic analytics.js needs and analytics-next understands.
   * @default false
   */
  classic?: boolean | undefined
}

export interface CheckedCookieOptions {
  readonly domain: string | undefined
  readonly secure: boolean
  readonly classic: boolean
}

/** @throws TypeError that names the wrong option */
export function checkCookieOptions(options: IdCookieOptions, caller: string): CheckedCookieOptions {
  checkOptions(options, caller)
  return {
    domain: checkDomain(options.domain, caller),
    secure: checkBoolean(options.secure, `${caller}: option secure`),
    classic: checkBoolean(options.classic, `${caller}: option classic`),
  }
}
