// Plain assertions, for node:test and every other runner to which an error that is thrown is a failure.

import { AssertionError } from 'node:assert'
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
  type Verdict,
} from './verdicts.js'

// `analytics` is what testAnalytics() has returned, what with() or the middleware has bound to it, a collector, or an
// array of messages. Each throws a TypeError for anything else.

/**
 * An event was tracked: with these properties among others, and these other fields of the message.
 *
 * @throws AssertionError that shows the nearest message, and all that arrived
 * @example assertTracked(analytics, 'Order Completed', { revenue: 9.5 }, { userId: 'u1' })
 */
export function assertTracked(
  analytics: object,
  event?: string | RegExp,
  properties?: Expected,
  fields?: MessagePattern,
): void {
  check(trackedVerdict(analytics, event, properties, fields), true, assertTracked)
}

/** The contrary of `assertTracked`. */
export function assertNotTracked(
  analytics: object,
  event?: string | RegExp,
  properties?: Expected,
  fields?: MessagePattern,
): void {
  check(trackedVerdict(analytics, event, properties, fields), false, assertNotTracked)
}

/**
 * A user was identified: with these traits among others, and these other fields of the message.
 *
 * @throws AssertionError that shows the nearest message, and all that arrived
 */
export function assertIdentified(
  analytics: object,
  userId?: Id | RegExp,
  traits?: Expected,
  fields?: MessagePattern,
): void {
  check(identifiedVerdict(analytics, userId, traits, fields), true, assertIdentified)
}

/** The contrary of `assertIdentified`. */
export function assertNotIdentified(
  analytics: object,
  userId?: Id | RegExp,
  traits?: Expected,
  fields?: MessagePattern,
): void {
  check(identifiedVerdict(analytics, userId, traits, fields), false, assertNotIdentified)
}

/**
 * A message says that a visitor and a user are one person: it has both ids, or is an alias from one to the other.
 *
 * @throws AssertionError that shows the nearest message, and all that arrived
 */
export function assertLinked(analytics: object, link: Link): void {
  check(linkedVerdict(analytics, link), true, assertLinked)
}

/** The contrary of `assertLinked`. */
export function assertNotLinked(analytics: object, link: Link): void {
  check(linkedVerdict(analytics, link), false, assertNotLinked)
}

/**
 * A message arrived that the filter means.
 *
 * @throws AssertionError that lists all that arrived, FilterError
 * @example assertSent(analytics, 'type:page name:Pricing')
 */
export function assertSent(analytics: object, filter: MessageFilter): void {
  check(sentVerdict(analytics, filter), true, assertSent)
}

/** The contrary of `assertSent`. */
export function assertNotSent(analytics: object, filter: MessageFilter): void {
  check(sentVerdict(analytics, filter), false, assertNotSent)
}

/**
 * There is a message for each filter, each after the one before it; others may be between them.
 *
 * @throws AssertionError that says which is missing, and lists all that arrived; FilterError
 * @example assertSentInOrder(analytics, 'type:identify', 'event:"Signed Up"')
 */
export function assertSentInOrder(analytics: object, ...filters: MessageFilter[]): void {
  check(orderVerdict(analytics, filters), true, assertSentInOrder)
}

/** @param caller where the stack of the error begins: after it */
function check(
  { pass, message }: Verdict,
  expected: boolean,
  caller: (...args: never[]) => void,
): void {
  if (pass === expected) return

  throw new AssertionError({ message: message(), stackStartFn: caller })
}
