// What an answer of the server means for the batch that it answers.

import { isUnreadableAnswer } from './raw-answer.js'

/** What came back of one try: a status line, or the error of the connection. */
export type Answer = Answered | Unanswered

export interface Answered {
  status: number
  retryAfter?: string | undefined
  /** The credentials of the request were refused, and the next try has others. */
  isStale?: boolean | undefined
}

export interface Unanswered {
  error: Error
  status?: undefined
  /** As the header, where it was not the endpoint that has answered. */
  retryAfter?: string | undefined
  /** It will not mend itself: somebody should hear of it at once. */
  needsHelp?: boolean | undefined
  /** No request can be made in this process at all: another try would be the same. */
  isFinal?: boolean | undefined
}

/**
 * - `delivered`
 * - `wait`: the server said for how long; not counted
 * - `outage`: nobody is there, or asks for less; backoff, not counted
 * - `fault`: the server is broken; backoff, counted
 * - `renew`: the credentials were refused, and are renewed; once, at once
 * - `split`: something in the batch is wrong; its halves are sent alone
 * - `refusal`: the same request would be refused again
 */
export type Verdict = 'delivered' | 'wait' | 'outage' | 'fault' | 'renew' | 'split' | 'refusal'

const outages = new Set([429, 502, 503, 504])
const faults = new Set([408, 410, 460])
const refusals = new Set([501, 505, 511])

/** The table of docs/delivery.md, "What the answer of the server does". */
export function judge(answer: Answer, messageCount: number): Verdict {
  const { status } = answer
  if (status === undefined) {
    if (answer.isFinal) return 'refusal'
    // Somebody has answered, but what cannot be read: it will say so again, and is not tried for hours.
    if (isUnreadableAnswer((answer.error as NodeJS.ErrnoException).code)) return 'fault'
    return (waitOf(answer) ?? 0) > 0 ? 'wait' : 'outage'
  }
  if (status >= 200 && status < 300) return 'delivered'
  if (answer.isStale) return 'renew'
  // A wait of nothing at all is an outage, or an uncounted retry would follow the other without a pause.
  if ((status === 429 || status === 503) && (waitOf(answer) ?? 0) > 0) return 'wait'
  if (outages.has(status)) return 'outage'
  if (faults.has(status) || (status >= 500 && !refusals.has(status))) return 'fault'
  if ((status === 413 || status === 400) && messageCount > 1) return 'split'
  return 'refusal'
}

/** The longest that one Retry-After is obeyed, in milliseconds: after it the server is asked again. */
const longestWait = 300_000

// RFC 9110, 10.2.3: seconds, or one of the three forms of an HTTP-date, all of which begin with a day's name.
const seconds = /^\d+$/
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/

/** How long the answer says to wait, in milliseconds from `now`; undefined where it does not say. */
export function waitOf(answer: Answer, now = Date.now()): number | undefined {
  const text = answer.retryAfter?.trim() ?? ''
  if (seconds.test(text)) return Math.min(Number(text) * 1000, longestWait)
  if (!httpDate.test(text)) return undefined
  // asctime has no zone, and is UTC by definition.
  const time = Date.parse(/GMT|[+-]\d{4}$/.test(text) ? text : `${text} GMT`)
  return Number.isNaN(time) ? undefined : Math.min(Math.max(time - now, 0), longestWait)
}

/** Says what the answer was, for error messages: never anything of its body, which may repeat what was sent. */
export function describeAnswer(answer: Answer): string {
  if (answer.status !== undefined) return `the server answered ${answer.status}`
  const { code } = answer.error as NodeJS.ErrnoException
  return code ?? answer.error.message
}
