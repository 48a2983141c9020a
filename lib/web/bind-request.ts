// The common part of all middleware: binds a client to the ids and the context of one request.

import { parse } from 'tldts'
import type { Analytics } from '../client/analytics.js'
import type { BoundAnalytics } from '../client/bound-analytics.js'
import { CookieHeader } from '../browser-ids/cookies/cookie-header.js'
import { checkCookieOptions } from '../browser-ids/cookie-options.js'
import { idFor, renewAnonymousId, type Exchange } from '../browser-ids/ensure-anonymous-id.js'
import { providePublicSuffixes } from '../browser-ids/public-suffixes.js'
import { identityIn, readersOf } from '../browser-ids/read-identity.js'
import { cookieHeaderOf } from '../browser-ids/request.js'
import { cookiesOfResponse, type ResponseCookies } from '../browser-ids/response.js'
import { describeValue } from '../runtime/describe-value.js'
import type { MessageContext } from '../spec/messages.js'
import { anonymously, readConsent, withoutConsent, type Consent } from './consent.js'
import { wrongArgument } from '../browser-ids/readers/arguments.js'
import { UserCode } from '../runtime/user-code.js'
import type { RequestAnalyticsOptions } from './options.js'
import { contextOf, type RequestFacts } from './request-context.js'
import { RequestVisitor } from './request-visitor.js'

const caller = 'requestAnalytics'

/**
 * Binds a client to one request. Never throws, whatever the request contains.
 *
 * @param request what the framework passes to its middleware; has the cookies, and is passed to the options
 * @param response where the cookie of `issue` goes
 * @param facts called only when needed, because a framework computes them in getters
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
  const readers = readersOf(options.sdks, caller)
  const cookieOptions = checkCookieOptions(options, caller)
  const userCode = new UserCode()
  const ask: Ask = (what, question) => userCode.ask(`requestAnalytics: ${what}`, question)
  const { consentOf, mayIssue, ipOf, isTrusted } = deciders(options, ask)
  const run = (callback: () => unknown): void => {
    userCode.call('a callback', callback)
  }
  const nothing = withoutConsent(run)

  /** Undefined if the request or response cannot be read. */
  function exchangeOf(request: Request, response: unknown): Exchange | undefined {
    return ask('reading the cookies', () => {
      const cookies = new CookieHeader(cookieHeaderOf(request))
      const identity = identityIn(cookies, readers)
      return { request, response, cookies, identity, options: cookieOptions }
    })
  }

  return (request, response, facts) => {
    const consent = consentOf(request)
    if (consent === 'none') return nothing
    const circumstances = contextWithIp(request, facts)
    if (consent === 'anonymous') return anonymously(analytics, circumstances, run)

    const exchange = exchangeOf(request, response)
    const claimed = exchange?.identity
    const issue = <T>(give: (exchange: Exchange, answer: ResponseCookies) => T): T | undefined =>
      exchange && mayIssue(request)
        ? ask('option issue', () => give(exchange, cookiesOfResponse(response, caller)))
        : undefined
    const { ip, ...context } = circumstances ?? {}
    const cookies = { anonymousId: claimed?.anonymousId ?? issue(idFor), userId: claimed?.userId }
    const userId = claimed?.userId !== undefined && isTrusted(request) ? claimed.userId : undefined
    const visitor = new RequestVisitor(ip, cookies, () => {
      issue(renewAnonymousId)
    })
    return analytics.with({ userId, context: circumstances && context, visitor })
  }

  function contextWithIp(request: Request, facts: () => RequestFacts): MessageContext | undefined {
    return ask('the context of the request', () => {
      const known = facts()
      return contextOf({ ...known, ip: ipOf(request, known.ip) })
    })
  }
}

/** Asks user code during a request; undefined if it gives no answer. */
type Ask = <T>(what: string, question: () => T) => T | undefined

interface Deciders<Request> {
  consentOf: (request: Request) => Consent
  mayIssue: (request: Request) => boolean
  ipOf: (request: Request, theirs: string | undefined) => string | undefined
  isTrusted: (request: Request) => boolean
}

/** The options that may be functions of the request. An error in such a function counts as "no". */
function deciders<Request>(
  { consent, issue = false, trustUserId, ip }: RequestAnalyticsOptions<Request>,
  ask: Ask,
): Deciders<Request> {
  /** Only `true` counts: something truthy may be an object that says no. */
  const isTrue = (option: string, question: () => unknown): boolean =>
    ask(option, question) === true
  return {
    consentOf: (request) => {
      if (consent === undefined) return 'all'
      const answer = ask('option consent', () => consent(request))
      return ask('option consent', () => readConsent(answer)) ?? 'none'
    },
    mayIssue: (request) =>
      typeof issue === 'function' ? isTrue('option issue', () => issue(request)) : issue,
    ipOf: (request, theirs) => {
      if (typeof ip !== 'function') return ip === false ? undefined : theirs
      // No answer means no ip: the app may have wanted to hide the address.
      const answer: unknown = ask('option ip', () => ip(request))
      return typeof answer === 'string' ? answer : undefined
    },
    isTrusted: (request) =>
      trustUserId !== undefined && isTrue('option trustUserId', () => trustUserId(request)),
  }
}

function check(analytics: unknown, options: RequestAnalyticsOptions<never>): void {
  if (typeof (analytics as Analytics | null | undefined)?.with !== 'function') {
    throw new TypeError(
      `${caller} was given ${describeValue(analytics)}; allowed: a client, new Analytics(…)`,
    )
  }
  checkCookieOptions(options, caller)
  const { issue, consent, trustUserId, ip } = options as Record<string, unknown>
  if (issue !== undefined && typeof issue !== 'boolean' && typeof issue !== 'function') {
    throw wrongArgument(
      `${caller}: option issue`,
      'true, false, or a function of the request',
      issue,
    )
  }
  if (consent !== undefined && typeof consent !== 'function') {
    throw wrongArgument(`${caller}: option consent`, 'a function of the request', consent)
  }
  if (trustUserId !== undefined && typeof trustUserId !== 'function') {
    throw wrongArgument(`${caller}: option trustUserId`, 'a function of the request', trustUserId)
  }
  if (ip !== undefined && ip !== false && typeof ip !== 'function') {
    throw wrongArgument(`${caller}: option ip`, 'false, or a function of the request', ip)
  }
}
