// The options that the middleware of all frameworks shares.

import type { EnsureOptions } from '../browser-ids/index.js'
import type { Consent } from './consent.js'

/** @typeParam Request what the framework passes to its middleware */
export interface RequestAnalyticsOptions<Request> extends EnsureOptions {
  /**
   * Issue an anonymous id to a visitor without one, in a cookie that analytics.js adopts, as `ensureAnonymousId` does. A
   * function decides for each such request; only `true` issues an id.
   * @default false, which binds no anonymousId
   */
  issue?: boolean | ((request: Request) => boolean) | undefined
  /**
   * What the visitor has agreed to: `true` or `'all'`; `'anonymous'`, which sends nothing personal; `false` or `'none'`,
   * which sends nothing. No answer, an error and a promise mean no consent.
   * @default full consent for every request
   * @example { consent: (req) => req.cookies.consent === 'yes' }
   */
  consent?: ((request: Request) => Consent | boolean | undefined) | undefined
  /**
   * Whether to bind the user id in this request's cookies. It is a claim of the client: return true only if something
   * else has proved who the user is. Only `true` counts. Called only if there is such an id.
   * @default never
   */
  trustUserId?: ((request: Request) => boolean) | undefined
  /**
   * `false` leaves the ip out of the context; a function returns it. Neither replaces an ip in the context of the client,
   * of `with()` or of a call.
   * @default the framework's own, which depends on the proxies that it trusts; no header is read
   */
  ip?: false | ((request: Request) => string | undefined) | undefined
}
