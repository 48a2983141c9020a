// Classifies the outcome of an attempt: what it means for the batch.

/** The outcome of one try: a status, or the error of the connection. */
export type AttemptResult = Answered | Unanswered

export interface Answered {
  status: number
  retryAfter?: string | undefined
  /** The credentials of the request were refused, and the next try will have new ones. */
  isStale?: boolean | undefined
}

export interface Unanswered {
  error: Error
  status?: undefined
  /** As the header, if something other than the endpoint has answered. */
  retryAfter?: string | undefined
  /** It will not recover: report it at once. */
  needsHelp?: boolean | undefined
  /** This process cannot make requests at all: a retry would be the same. */
  isFinal?: boolean | undefined
  /** It timed out after part of the request was sent: a smaller one may fit. */
  isSlow?: boolean | undefined
  /** What answered does not speak HTTP. */
  isNotHttp?: boolean | undefined
}

/**
 * - `delivered`
 * - `retry-after`: the server said how long to wait; not counted
 * - `retry`: an outage, or a server that asks for less; backoff, not counted
 * - `retry-counted`: the server is broken; backoff, counted against `maxRetries`
 * - `renew`: the credentials were rejected; retried once, at once, with new ones
 * - `split`: something in the batch is wrong; its halves are sent separately
 * - `reject`: the same request would be rejected again
 */
export type RetryDecision =
  'delivered' | 'retry-after' | 'retry' | 'retry-counted' | 'renew' | 'split' | 'reject'

const retried = new Set([429, 502, 503, 504])
const counted = new Set([408, 410, 460])
const rejectedServerErrors = new Set([501, 505, 511])

/** The table of docs/delivery.md, "What the answer of the server does". */
export function classify(result: AttemptResult, messageCount: number): RetryDecision {
  const { status } = result
  const isToldToWait = (retryAfterMs(result) ?? 0) > 0
  if (status === undefined) {
    if (result.isFinal) return 'reject'
    if (result.isNotHttp) return 'retry-counted'
    return isToldToWait ? 'retry-after' : 'retry'
  }
  if (status >= 200 && status < 300) return 'delivered'
  if (result.isStale) return 'renew'
  // A wait of zero counts as an outage: otherwise uncounted retries would follow each other without a pause.
  if ((status === 429 || status === 503) && isToldToWait) return 'retry-after'
  if (retried.has(status)) return 'retry'
  if (counted.has(status) || (status >= 500 && !rejectedServerErrors.has(status)))
    return 'retry-counted'
  if ((status === 413 || status === 400) && messageCount > 1) return 'split'
  return 'reject'
}

/** The longest Retry-After that is honoured, in milliseconds: after it the server is asked again. */
const longestWait = 300_000

// RFC 9110, 10.2.3: seconds, or one of the three forms of an HTTP-date, all of which begin with a day's name.
const seconds = /^\d+$/
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/

/** How long the server asks to wait, in milliseconds from `now`; undefined if it does not say. */
export function retryAfterMs(result: AttemptResult, now = Date.now()): number | undefined {
  const text = result.retryAfter?.trim() ?? ''
  if (seconds.test(text)) return Math.min(Number(text) * 1000, longestWait)
  if (!httpDate.test(text)) return undefined
  // asctime has no zone, and is UTC by definition.
  const time = Date.parse(/GMT|[+-]\d{4}$/.test(text) ? text : `${text} GMT`)
  return Number.isNaN(time) ? undefined : Math.min(Math.max(time - now, 0), longestWait)
}

/** Describes the answer for error messages. Shows nothing of its body, which may repeat what was sent. */
export function describeAnswer(answer: AttemptResult): string {
  if (answer.status !== undefined) return `the server answered ${answer.status}`
  const { code } = answer.error as NodeJS.ErrnoException
  return code ?? answer.error.message
}
