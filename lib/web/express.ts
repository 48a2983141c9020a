// `selfsame/express`: req.analytics, for Express 4 and 5, Connect, and a bare node:http server.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Analytics } from '../client/analytics.js'
import { requestBinder } from './bind-request.js'
import { runListenersWith, runWith } from './current.js'
import { factsOf } from './node-request.js'
import type { RequestAnalyticsOptions } from './options.js'
import type { RegisteredAnalytics } from './registered-plan.js'

export { currentAnalytics } from './current.js'
export type { RequestAnalyticsOptions } from './options.js'
export type { RegisteredAnalytics } from './registered-plan.js'

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- it is how Express' own types are extended
  namespace Express {
    interface Request {
      /** The client, bound to this request by `requestAnalytics`. */
      analytics: RegisteredAnalytics
    }
  }
}

/** A request of Express, or a bare one of Node. */
export type ExpressLikeRequest = IncomingMessage & {
  readonly ip?: string | undefined
  readonly protocol?: string
  readonly hostname?: string
  originalUrl?: string
  analytics?: RegisteredAnalytics
}

/**
 * Middleware that gives each request `req.analytics`: the six calls, bound to the request's anonymousId and context.
 * The ip is `req.ip`, which follows Express' setting `trust proxy`.
 *
 * @throws TypeError for a wrong option; a request never makes it throw
 */
export function requestAnalytics<Request extends ExpressLikeRequest>(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a client with any plan
  analytics: Analytics<any>,
  options: RequestAnalyticsOptions<Request> = {},
): (request: Request, response: ServerResponse, next: (error?: unknown) => void) => void {
  const bind = requestBinder(analytics as Analytics, options)
  return (request, response, next) => {
    const bound = bind(request, response, () => {
      const { ip, protocol, originalUrl } = request
      return factsOf(request, { ip, protocol, host: hostOf(request), originalUrl })
    })
    request.analytics = bound
    runListenersWith(bound, request)
    runListenersWith(bound, response)
    runWith(bound, next)
  }
}

/** Express 4 has the trusted host only without its port (`req.host` is deprecated there); the Host header has it. */
function hostOf({ hostname, headers: { host } }: ExpressLikeRequest): string | undefined {
  if (hostname === undefined) return undefined
  return host?.startsWith(`${hostname}:`) === true ? host : hostname
}
