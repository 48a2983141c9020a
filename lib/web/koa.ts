// `selfsame/koa`: ctx.analytics, for Koa 2 and 3.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context as KoaContext } from 'koa'
import type { Analytics } from '../client/analytics.js'
import { requestBinder } from './bind-request.js'
import { runListenersWith, runWith } from './current.js'
import { factsOf } from './node-request.js'
import type { RequestAnalyticsOptions } from './options.js'
import type { RegisteredAnalytics } from './registered-plan.js'

export { currentAnalytics } from './current.js'
export type { RequestAnalyticsOptions } from './options.js'
export type { RegisteredAnalytics } from './registered-plan.js'

declare module 'koa' {
  interface DefaultContext {
    /** The client, bound to this request by `requestAnalytics`. */
    analytics: RegisteredAnalytics
  }
}

/** The part of Koa's context that is used. */
export interface KoaLikeContext {
  req: IncomingMessage
  res: ServerResponse
  ip: string
  protocol: string
  host: string
  originalUrl: string
  analytics?: RegisteredAnalytics
}

/**
 * Middleware that gives each context `ctx.analytics`: the six calls, bound to the request's anonymousId and context.
 * The ip is `ctx.ip`, which follows Koa's `app.proxy`.
 *
 * @throws TypeError for a wrong option; a request never makes it throw
 */
export function requestAnalytics<Context extends KoaLikeContext = KoaContext>(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a client with any plan
  analytics: Analytics<any>,
  options: RequestAnalyticsOptions<Context> = {},
): (context: Context, next: () => Promise<unknown>) => Promise<unknown> {
  const bind = requestBinder(analytics as Analytics, options)
  return (context, next) => {
    const bound = bind(context, context, () => factsOf(context.req, context))
    context.analytics = bound
    runListenersWith(bound, context.req)
    runListenersWith(bound, context.res)
    return runWith(bound, next)
  }
}
