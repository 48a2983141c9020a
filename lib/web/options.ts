// The options that the middleware of all frameworks shares.

import type { EnsureOptions } from '../browser-ids/index.js'

/** @typeParam Request what the framework hands to its middleware */
export interface RequestAnalyticsOptions<Request> extends EnsureOptions {
  /**
   * Give a visitor without an anonymous id one, in a cookie that analytics.js adopts: `ensureAnonymousId`.
   * @default false: no anonymousId is bound then
   */
  issue?: boolean | undefined
  /**
   * Whether the user id in this request's cookies may be bound. It is the client's claim: only say true where something
   * else has shown who is asking. Nothing but `true` is taken for it; asked only where there is such an id.
   * @default never
   */
  trustUserId?: ((request: Request) => boolean) | undefined
  /**
   * `false` leaves the ip out of the context; a function says what it is.
   * @default the framework's own, after its own trust in proxies; no header is read
   */
  ip?: false | ((request: Request) => string | undefined) | undefined
}
