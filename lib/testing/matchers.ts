// The matchers of Vitest and Jest, which take the same shape.

import type { Id } from '../spec/messages.js'
import type { MessageFilter, MessagePattern } from './message-filter.js'
import {
  identifiedVerdict,
  linkedVerdict,
  orderVerdict,
  sentVerdict,
  trackedVerdict,
  type Expected,
  type Link,
} from './verdicts.js'

/**
 * What `expect(analytics)` gets. `analytics` is what `testAnalytics()` has returned, what `with()` or the middleware has
 * bound to it, a collector, or an array of messages. Wherever a value is expected, an asymmetric matcher
 * (`expect.any(String)`), a regular expression or a function may stand.
 *
 * @typeParam R what a matcher returns
 */
export interface TrackingMatchers<R> {
  /**
   * An event was tracked: with these properties among others, and these other fields of the message.
   *
   * @example expect(analytics).toHaveTracked('Order Completed', { revenue: 9.5 }, { userId: 'u1' })
   */
  toHaveTracked(event?: string | RegExp, properties?: Expected, fields?: MessagePattern): R
  /** A user was identified: with these traits among others, and these other fields of the message. */
  toHaveIdentified(userId?: Id | RegExp, traits?: Expected, fields?: MessagePattern): R
  /** A message says that a visitor and a user are one person: it has both ids, or is an alias from one to the other. */
  toHaveLinked(link: Link): R
  /**
   * A message was sent that the filter means.
   *
   * @example expect(analytics).toHaveSent('type:page name:Pricing')
   */
  toHaveSent(filter: MessageFilter): R
  /**
   * There is a message for each filter, each after the one before it; others may be between them.
   *
   * @example expect(analytics).toHaveSentInOrder('type:identify', 'event:"Signed Up"')
   */
  toHaveSentInOrder(...filters: MessageFilter[]): R
}

/** For `expect.extend()`. Importing `selfsame/testing/vitest` or `selfsame/testing/jest` has called it already. */
export const matchers = {
  toHaveTracked: trackedVerdict,
  toHaveIdentified: identifiedVerdict,
  toHaveLinked: linkedVerdict,
  toHaveSent: sentVerdict,
  toHaveSentInOrder: (subject: unknown, ...filters: MessageFilter[]) =>
    orderVerdict(subject, filters),
}
