// The consent of a visitor, and the analytics of requests without full consent.

import { randomUUID } from 'node:crypto'
import type { Analytics } from '../client/analytics.js'
import { BoundAnalytics, type MakeCall } from '../client/bound-analytics.js'
import { describeValue, toError } from '../runtime/describe-value.js'
import { AnalyticsError } from '../spec/error.js'
import type { Message, MessageContext } from '../spec/messages.js'
import type { Callback } from '../client/index.js'

/**
 * - `'all'`: everything is sent, and cookies are read and issued as the other options say.
 * - `'anonymous'`: `track`, `page` and `screen` are sent without anything that identifies the person or connects one
 *   request to another; `identify`, `group` and `alias` are not sent. No cookie is read or set.
 * - `'none'`: nothing is sent. No cookie is read or set.
 */
export type Consent = 'all' | 'anonymous' | 'none'

/**
 * Reads an answer of the option `consent`. No answer means no consent.
 *
 * @throws TypeError if the answer is not allowed
 */
export function readConsent(answer: unknown): Consent {
  if (answer === true || answer === 'all') return 'all'
  if (answer === 'anonymous') return 'anonymous'
  if (answer === false || answer === 'none' || answer === undefined || answer === null)
    return 'none'
  throw new TypeError(
    `it returned ${describeValue(answer)}; allowed: true, false, 'all', 'anonymous' or 'none'`,
  )
}

/** Runs a callback; what it throws becomes a warning. */
export type RunCallback = (callback: () => unknown) => void

/** Calls that do nothing: their callbacks get an error `filtered`, as for a message that a middleware drops. */
export function withoutConsent(run: RunCallback): BoundAnalytics {
  return new BoundAnalytics(dropFor(run), {})
}

/** Calls without personal data, with an anonymous id for this request alone. */
export function anonymously(
  analytics: Analytics,
  context: MessageContext | undefined,
  run: RunCallback,
): BoundAnalytics {
  const drop = dropFor(run)
  const anonymousId = randomUUID()
  const bound = analytics.with({ anonymousId, context: context && impersonalContext(context) })
  const makeCall: MakeCall = (type, call, callback, binding) => {
    if (type === 'identify' || type === 'group' || type === 'alias') {
      return drop(type, call, callback, binding)
    }
    return bound[type](impersonalCall(call) as never, callback)
  }
  return new BoundAnalytics(makeCall, { anonymousId })
}

function dropFor(run: RunCallback): MakeCall {
  return (type, call, callback: Callback | undefined) => {
    if (typeof callback === 'function') {
      queueMicrotask(() => {
        const error = new AnalyticsError('filtered', `${type}() was not sent: no consent`, {
          messages: [call as Message],
        })
        run(() => callback(error, { event: call as Message }))
      })
    }
    return true
  }
}

/** A query may contain a token or an e-mail address, so only its campaign is kept. */
function impersonalContext({ page, campaign }: MessageContext): MessageContext {
  const context: MessageContext = {}
  if (page) {
    const { path, url } = page
    context.page = {
      ...(path !== undefined && { path }),
      ...(url !== undefined && { url: url.replace(/\?.*/s, '') }),
    }
  }
  if (campaign) context.campaign = campaign
  return context
}

/** No ids, no context, and only these fields. Event, name and properties are the app's own choice. */
function impersonalCall(call: unknown): unknown {
  // The client will refuse it.
  if (typeof call !== 'object' || call === null) return call
  try {
    const { event, name, category, properties, integrations, timestamp, messageId } = {
      ...call,
    } as Record<string, unknown>
    return { event, name, category, properties, integrations, timestamp, messageId }
  } catch (thrown) {
    // A getter has thrown. The client will report that, and must not read the rest.
    return Object.defineProperty({}, 'event', {
      enumerable: true,
      get() {
        throw toError(thrown)
      },
    })
  }
}
