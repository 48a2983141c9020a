// What a test asserts on: a test's client, what is bound to it, a collector, or a list of messages.

import { BoundAnalytics } from '../client/bound-analytics.js'
import { describeValue } from '../runtime/describe-value.js'
import type { AnalyticsError } from '../spec/error.js'
import type { Message } from '../spec/messages.js'

/** What arrived, and what a failure says of it besides. */
export interface Subject {
  readonly messages: readonly Message[]
  readonly errors?: readonly AnalyticsError[]
  /** Why nothing can arrive. */
  readonly obstacle?: string | undefined
}

/**
 * The property in which clients and what is bound to them have their subject. Of the registry: a test may import one
 * build of the package, and what it tests the other.
 */
export const subjectKey = Symbol.for('selfsame.testing.subject')

/** @throws TypeError if it is nothing that messages can be read of */
export function subjectOf(value: unknown): Subject {
  if (Array.isArray(value)) return { messages: value as Message[] }
  if (typeof value === 'object' && value !== null) {
    const { [subjectKey]: own, messages } = value as {
      [subjectKey]?: () => Subject
      messages?: unknown
    }
    if (own) return own()
    const read: unknown =
      typeof messages === 'function'
        ? (messages as (this: unknown) => unknown).call(value)
        : messages
    if (Array.isArray(read)) return { messages: read as Message[] }
  }
  throw new TypeError(
    `the assertion was given ${describe(value)}; allowed: testAnalytics(), what with() or the middleware has bound to it, a collector, or an array of messages`,
  )
}

function describe(value: unknown): string {
  return value instanceof BoundAnalytics
    ? 'analytics that are bound to no client of testAnalytics() (nor are those of a request without full consent)'
    : describeValue(value)
}
