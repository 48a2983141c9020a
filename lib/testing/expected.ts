// What a test may write where a message has a value: the value, or something that is asked about it.

import { inspect, types } from 'node:util'

/** Something that is asked about a value, and how it is shown in a failure. */
export interface Question {
  ask(actual: unknown): boolean
  readonly shown: string
}

/**
 * What is to be asked; undefined if the expected value is to be compared. Asked are the asymmetric matchers of Jest and
 * Vitest, those of sinon, regular expressions, and functions.
 */
export function questionOf(expected: unknown): Question | undefined {
  if (typeof expected === 'function') {
    return {
      ask: (actual) => Boolean((expected as (value: unknown) => unknown)(actual)),
      shown: shownFunction(expected),
    }
  }
  if (typeof expected !== 'object' || expected === null) return undefined
  if (types.isRegExp(expected)) {
    // Not test(): with the flags g and y it begins where the last one ended.
    return {
      ask: (actual) => typeof actual === 'string' && actual.search(expected) !== -1,
      shown: inspect(expected),
    }
  }
  return hostsQuestion(expected)
}

interface HostsMatcher {
  /** Of Jest and Vitest. */
  asymmetricMatch?: unknown
  toAsymmetricMatcher?: unknown
  sample?: unknown
  /** Of sinon. */
  test?: unknown
  message?: unknown
}

function hostsQuestion(matcher: HostsMatcher): Question | undefined {
  const method = ['asymmetricMatch', 'test'].find(
    (name) => typeof matcher[name as 'test'] === 'function',
  )
  if (method === undefined) return undefined
  const ask = matcher[method as 'test'] as (this: unknown, actual: unknown) => unknown
  return { ask: (actual) => Boolean(ask.call(matcher, actual)), shown: shownMatcher(matcher) }
}

function shownMatcher(matcher: HostsMatcher): string {
  if (typeof matcher.toAsymmetricMatcher === 'function') {
    return String((matcher.toAsymmetricMatcher as () => unknown).call(matcher))
  }
  if (typeof matcher.message === 'string') return matcher.message
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- matchers have a toString() of their own
  const name = String(matcher)
  return matcher.sample === undefined ? name : `${name} ${show(matcher.sample)}`
}

/** Its text, if that is short enough to be read. */
function shownFunction(asked: object): string {
  // Not its own toString(), which may be anything.
  const text = Function.prototype.toString.call(asked)
  return text.length <= 80 && !text.includes('\n') ? text : inspect(asked)
}

/**
 * The expected value as JSON would have it: a message is text that was parsed.
 *
 * @throws TypeError for what no message can have
 */
export function asJson(expected: unknown): unknown {
  if (typeof expected === 'number' && !Number.isFinite(expected)) return null
  if (typeof expected !== 'object' || expected === null) return expected
  if (types.isMap(expected) || types.isSet(expected)) {
    const kind = types.isMap(expected) ? 'Map' : 'Set'
    throw new TypeError(`a ${kind} was expected; allowed: what JSON has, a matcher or a function`)
  }
  const { toJSON } = expected as { toJSON?: unknown }
  if (typeof toJSON !== 'function') return expected
  return (toJSON as (this: unknown) => unknown).call(expected)
}

/** A value in one line. */
export function show(value: unknown): string {
  return (
    questionOf(value)?.shown ??
    inspect(value, { depth: 6, breakLength: Infinity, compact: true, maxStringLength: 1_000 })
  )
}
