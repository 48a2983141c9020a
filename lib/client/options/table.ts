// Every option with its default and what is allowed. The checks of a client's options, the list of known options and
// the tests of the docs use this table; `AnalyticsOptions` documents the options.

import { boolean, integer, oneOf, type IntegerBounds } from '../../runtime/check-option.js'
import { longestTimer } from '../../runtime/timer.js'
import type { AnalyticsOptions } from './analytics-options.js'

type Name = keyof AnalyticsOptions

const KiB = 1024
const MiB = 1024 * KiB

/** Whole numbers: milliseconds, bytes, messages, requests. */
export const integers = {
  flushAt: { default: 100, min: 1 },
  flushInterval: { default: 10_000, min: 1, max: longestTimer },
  maxBatchSize: { default: 2_500, min: 1 },
  maxBatchBytes: { default: 480 * KiB, min: KiB, max: 64 * MiB },
  maxMessageBytes: { default: 32 * KiB, min: 1 },
  maxQueueBytes: { default: 64 * MiB, min: 1 },
  maxInFlight: { default: 1, min: 1, max: 1_000 },
  httpRequestTimeout: { default: 10_000, min: 1, max: longestTimer },
  maxRetries: { default: 10, min: 0, max: Infinity },
  maxRetryDuration: { default: 12 * 3_600_000, min: 0, max: Infinity },
  exitTimeout: { default: 10_000, min: 0, max: longestTimer },
} as const satisfies Partial<Record<Name, IntegerBounds>>

export const booleans = {
  gzip: { default: false },
  flushOnExit: { default: true },
  disable: { default: false },
} as const satisfies Partial<Record<Name, { default: boolean }>>

/** The first one is the default. */
export const choices = {
  overflow: ['drop-newest', 'drop-oldest'],
  onInvalid: ['throw', 'report'],
} as const satisfies Partial<Record<Name, readonly string[]>>

/** Those with a check of their own. */
const others = [
  'writeKey',
  'host',
  'path',
  'outbox',
  'delivery',
  'plan',
  'onViolation',
  'deadLetter',
  'context',
  'integrations',
  'oauth',
  'oauthSettings',
  'httpClient',
  'proxy',
  'httpAgent',
  'httpsAgent',
  'maxEventsInBatch',
  'maxTotalBackoffDuration',
  'maxRateLimitDuration',
] as const satisfies readonly Name[]

type Listed =
  keyof typeof integers | keyof typeof booleans | keyof typeof choices | (typeof others)[number]

/** Does not compile if an option is in no list. */
export const knownOptions: ReadonlySet<string> = new Set<[Name] extends [Listed] ? string : never>([
  ...Object.keys(integers),
  ...Object.keys(booleans),
  ...Object.keys(choices),
  ...others,
])

/** The options that are numbers, booleans or one of a few words, checked, with their defaults. */
export function readListed(
  options: AnalyticsOptions,
  defaults: Partial<Record<keyof typeof integers, number>>,
): Record<keyof typeof integers, number> &
  Record<keyof typeof booleans, boolean> & {
    [K in keyof typeof choices]: (typeof choices)[K][number]
  } {
  const read = <N extends string, R>(names: readonly N[], one: (name: N) => R): Record<N, R> =>
    Object.fromEntries(names.map((name) => [name, one(name)])) as Record<N, R>
  return {
    ...read(namesOf(integers), (name) => {
      const bounds: IntegerBounds = integers[name]
      return integer(options, name, { ...bounds, default: defaults[name] ?? bounds.default })
    }),
    ...read(namesOf(booleans), (name) => boolean(options, name, booleans[name].default)),
    overflow: oneOf(options, 'overflow', choices.overflow),
    onInvalid: oneOf(
      options,
      'onInvalid',
      // In production a call never throws.
      process.env.NODE_ENV === 'production' ? ['report', 'throw'] : choices.onInvalid,
    ),
  }
}

const namesOf = <T extends object>(table: T): (keyof T & string)[] =>
  Object.keys(table) as (keyof T & string)[]
