// Which messages a test means: the collector's filter language, a pattern, or a function.

import { parseFilter } from '../spec/filter/filter.js'
import { describeValue } from '../runtime/describe-value.js'
import type { Message } from '../spec/messages.js'
import { show } from './expected.js'
import { likenessOf } from './likeness.js'

/**
 * Fields of a message with what they should be: values, matchers of the test runner, regular expressions, or functions
 * that are asked. What is not named may be anything.
 */
export type MessagePattern = { readonly [Field in keyof Message]?: unknown }

/**
 * Which messages are meant: text in the collector's filter language (`'type:track event:"Signed Up"'`), a pattern
 * (`{ type: 'track', event: 'Signed Up' }`), or a function.
 */
export type MessageFilter = string | MessagePattern | ((message: Message) => unknown)

export interface ReadFilter {
  readonly matches: (message: Message) => boolean
  /** For the text of a failure. */
  readonly shown: string
  /** What the messages are compared with to find the nearest; undefined if the filter is a text or a function. */
  readonly pattern: MessagePattern | undefined
}

/** @throws FilterError, TypeError */
export function readFilter(filter: MessageFilter): ReadFilter {
  if (typeof filter === 'string') {
    const parsed = parseFilter(filter)
    return {
      matches: (message) => parsed.matches({ message }),
      shown: filter === '' ? 'a message' : filter,
      pattern: undefined,
    }
  }
  if (typeof filter === 'function') {
    return {
      matches: (message) => Boolean(filter(message)),
      shown: show(filter),
      pattern: undefined,
    }
  }
  if (typeof filter !== 'object' || (filter as unknown) === null || Array.isArray(filter)) {
    throw new TypeError(
      `a filter is ${describeValue(filter)}; allowed: a text such as 'type:track event:"Signed Up"', an object of fields, or a function`,
    )
  }
  return {
    matches: (message) => likenessOf(message, filter).fits,
    shown: show(filter),
    pattern: filter,
  }
}
