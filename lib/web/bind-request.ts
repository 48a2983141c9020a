// What all frameworks' middleware does: binds a client to the ids and the context of one request.

import { parse } from 'tldts'
import type { Analytics } from '../client/analytics.js'
import type { BoundAnalytics } from '../client/bound-analytics.js'
import { checkCookieOptions } from '../browser-ids/cookie-options.js'
import { ensureAnonymousId, readIdentity } from '../browser-ids/index.js'
import { providePublicSuffixes } from '../browser-ids/public-suffixes.js'
import { readersOf } from '../browser-ids/read-identity.js'
import { describeValue } from '../runtime/describe-value.js'
import { Inquiry } from './inquiry.js'
import type { RequestAnalyticsOptions } from './options.js'
import { contextOf, type RequestFacts } from './request-context.js'

const caller = 'requestAnalytics'

/**
 * Binds a client to one request, which goes on whatever is in it.
 *
 * @param request what the framework hands to its middleware: it carries the cookies, and the options are asked about it
 * @param response where the cookie of `issue: true` goes
 * @param facts read when they are needed: a framework computes them in getters
 */
export type BindRequest<Request extends object> = (
  request: Request,
  response: unknown,
  facts: () => RequestFacts,
) => BoundAnalytics

/** @throws TypeError that names what is wrong with the client or an option. */
export function requestBinder<Request extends object>(
  analytics: Analytics,
  options: RequestAnalyticsOptions<Request> = {},
): BindRequest<Request> {
  check(analytics, options)
  providePublicSuffixes(parse)
  const { issue = false, trustUserId, ip, domain, secure, classic } = options
  const reading = { sdks: readersOf(options.sdks, caller) }
  const issuing = { ...reading, domain, secure, classic }
  const inquiry = new Inquiry()

  function ipOf(request: Request, theirs: string | undefined): string | undefined {
    if (typeof ip !== 'function') return ip === false ? undefined : theirs
    // Without an answer there is none: the app may have wanted to hide the address.
    const answer: unknown = inquiry.ask('option ip', () => ip(request))
    return typeof answer === 'string' ? answer : undefined
  }

  return (request, response, facts) => {
    const claimed = inquiry.ask('reading the cookies', () => readIdentity(request, reading))
    const anonymousId =
      claimed?.anonymousId ??
      (issue
        ? inquiry.ask('option issue', () => ensureAnonymousId(request, response, issuing))
        : undefined)
    const userId =
      trustUserId !== undefined &&
      claimed?.userId !== undefined &&
      // Only true is true: what is merely truthy may be an object that says no.
      (inquiry.ask('option trustUserId', () => trustUserId(request)) as unknown) === true
        ? claimed.userId
        : undefined
    const context = inquiry.ask('the context of the request', () => {
      const known = facts()
      return contextOf({ ...known, ip: ipOf(request, known.ip) })
    })
    return analytics.with({ anonymousId, userId, context })
  }
}

function check(analytics: unknown, options: RequestAnalyticsOptions<never>): void {
  if (typeof (analytics as Analytics | null | undefined)?.with !== 'function') {
    throw new TypeError(
      `${caller} was given ${describeValue(analytics)}; allowed: a client, new Analytics(…)`,
    )
  }
  checkCookieOptions(options, caller)
  const { issue, trustUserId, ip } = options as Record<string, unknown>
  if (issue !== undefined && typeof issue !== 'boolean')
    throw wrong('issue', issue, 'true or false')
  if (trustUserId !== undefined && typeof trustUserId !== 'function') {
    throw wrong('trustUserId', trustUserId, 'a function of the request')
  }
  if (ip !== undefined && ip !== false && typeof ip !== 'function') {
    throw wrong('ip', ip, 'false, or a function of the request')
  }
}

function wrong(option: string, value: unknown, allowed: string): TypeError {
  return new TypeError(
    `${caller}: option ${option} is ${describeValue(value)}; allowed: ${allowed}`,
  )
}
