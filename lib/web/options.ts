// The options that the middleware of all frameworks shares.

import type { EnsureOptions } from '../browser-ids/index.js'
import type { Consent } from './consent.js'

/** @typeParam Request what the framework hands to its middleware */
export interface RequestAnalyticsOptions<Request> extends EnsureOptions {
  /**
   * Give a visitor without an anonymous id one, in a cookie that analytics.js adopts: `ensureAnonymousId`. A function
   * decides for each such request; nothing but `true` issues an id.
   * @default false: no anonymousId is bound then
   */
  issue?: boolean | ((request: Request) => boolean) | undefined
  /**
   * What the visitor has agreed to: `true` or `'all'`; `'anonymous'`, which sends nothing personal; `false` or `'none'`,
   * which sends nothing. No answer, an error and a promise are no consent.
   * @default every request has all of it
   * @example { consent: (req) => req.cookies.consent === 'yes' }
   */
  consent?: ((request: Request) => Consent | boolean | undefined) | undefined
  /**
   * Whether the user id in this request's cookies may be bound. It is the client's claim: only say true if something
   * else has shown who is asking. Nothing but `true` is taken for it; asked only if there is such an id.
   * @default never
   */
  trustUserId?: ((request: Request) => boolean) | undefined
  /**
   * `false` leaves the ip out of the context; a function says what it is. Neither replaces an ip in the context of the
   * client, of `with()` or of a call.
   * @default the framework's own, after its own trust in proxies; no header is read
   */
  ip?: false | ((request: Request) => string | undefined) | undefined
}
