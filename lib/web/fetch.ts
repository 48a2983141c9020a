// `selfsame/fetch`: for anything with a Fetch Request, such as Hono and the route handlers of Next.js.

import { ReadableStream } from 'node:stream/web'
import type { Analytics } from '../client/analytics.js'
import type { BoundAnalytics } from '../client/bound-analytics.js'
import { attempt } from '../browser-ids/readers/probe.js'
import { requestBinder } from './bind-request.js'
import { runWith } from './current.js'
import type { RequestAnalyticsOptions } from './options.js'
import type { MaybePlan } from '../spec/planned-calls.js'
import type { RequestFacts } from './request-context.js'

export { currentAnalytics } from './current.js'
export type { RequestAnalyticsOptions } from './options.js'

/** The part of Hono's context that is used. */
export interface HonoLikeContext {
  req: { raw: Request }
  res: Response
  set(key: 'analytics', value: BoundAnalytics): void
  header(name: string, value: string, options: { append: boolean }): void
}

/**
 * Middleware for Hono: gives each context `c.get('analytics')`: the six calls, bound to the request's anonymousId and
 * context. A Fetch Request has no ip: set the option `ip`, for example to
 * `(c) => getConnInfo(c).remote.address` with `@hono/node-server`.
 *
 * @throws TypeError for a wrong option; a request never makes it throw
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- Hono's own Context, which a function like getConnInfo() asks for
export function requestAnalytics<Context extends HonoLikeContext = any>(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a client with any plan
  analytics: Analytics<any>,
  options: RequestAnalyticsOptions<Context> = {},
): (context: Context, next: () => Promise<void>) => Promise<void> {
  const bind = requestBinder(analytics as Analytics, options)
  return async (context, next) => {
    const headers = new Headers()
    const bound = bind(context, headers, () => factsOf(context.req.raw))
    context.set('analytics', bound)
    await runWith(bound, next)
    // Not earlier: Hono loses headers that were set before, if a handler returns a Response of its own.
    for (const cookie of cookiesFor(context.res, headers)) {
      context.header('Set-Cookie', cookie, { append: true })
    }
  }
}

/** A handler of one Fetch request: a route handler of Next.js, or any other function of this shape. */
export type FetchHandler<
  R extends Request,
  Rest extends unknown[],
  P extends MaybePlan = undefined,
> = (request: R, analytics: BoundAnalytics<P>, ...rest: Rest) => Response | Promise<Response>

/**
 * Wraps a handler, which gets the request's analytics as its second argument:
 * `export const POST = withAnalytics(analytics, handler)`.
 * The cookie of `issue` is added to the response.
 *
 * @throws TypeError for a wrong option; a request never makes it throw
 */
export function withAnalytics<
  R extends Request,
  Rest extends unknown[],
  P extends MaybePlan = undefined,
>(
  analytics: Analytics<P>,
  handler: FetchHandler<R, Rest, P>,
  options: RequestAnalyticsOptions<R> = {},
): (request: R, ...rest: Rest) => Promise<Response> {
  const bind = requestBinder(analytics, options)
  return async (request, ...rest) => {
    const headers = new Headers()
    const bound = bind(request, headers, () => factsOf(request))
    const response = await runWith(bound, () =>
      handler(request, bound as BoundAnalytics<P>, ...rest),
    )
    // What cannot be read as a Response is for the caller of the handler to judge.
    return attempt(() => withCookies(response, cookiesFor(response, headers))) ?? response
  }
}

/** The cookies issued for a request, except those that its handler has set or expired since. */
function cookiesFor(response: Response, issued: Headers): string[] {
  const cookies = issued.getSetCookie()
  // Response.error() and a response that switches protocols cannot be copied, and browsers accept no cookies from them.
  if (cookies.length === 0 || response.status < 200) return []
  const names = new Set(response.headers.getSetCookie().map(nameOf))
  return cookies.filter((cookie) => !names.has(nameOf(cookie)))
}

function nameOf(cookie: string): string {
  return cookie.slice(0, cookie.indexOf('='))
}

/** A copy: the headers of Response.redirect() and of fetch() cannot be changed, and a handler may reuse its response. */
function withCookies(response: Response, cookies: string[]): Response {
  if (cookies.length === 0) return response
  const { status, statusText } = response
  const copy = new Response(bodyOf(response), {
    status,
    statusText,
    headers: [...response.headers],
  })
  for (const cookie of cookies) copy.headers.append('Set-Cookie', cookie)
  return copy
}

/** The stream of a Response of another realm (a polyfill, a sandbox) would be sent as the text "[object ReadableStream]". */
function bodyOf({ body }: Response): ReadableStream | null {
  return body === null || body instanceof ReadableStream ? body : ReadableStream.from(body)
}

function factsOf(request: Request): RequestFacts {
  const { protocol, host, pathname, search } = new URL(request.url)
  return {
    ip: undefined,
    protocol: protocol.slice(0, -1),
    host,
    target: pathname + search,
    header: (name) => request.headers.get(name) ?? undefined,
  }
}
