// Every option with its default, checked.

import type { ConnectionOptions } from '../../delivery/transport/axios-transport.js'
import type { DeadLetterFunction } from '../../failures/dead-letter/index.js'
import type { HttpClient, HttpFetch } from '../../delivery/transport/http-client.js'
import { describeValue } from '../../runtime/describe-value.js'
import type { Integrations, MessageContext } from '../../spec/messages.js'
import { checkPlanOption } from '../../plan/check-plan-option.js'
import type { Plan } from '../../plan/plan.js'
import { memory } from '../../outbox/memory-outbox.js'
import type { QueueFactory } from '../../delivery/queue-factory.js'
import type { OutboxFactory } from '../../outbox/outbox.js'
import type {
  AnalyticsOptions,
  DisabledOptions,
  ViolationFunction,
  ViolationOutcome,
} from './analytics-options.js'
import type { MaybePlan } from '../../spec/planned-calls.js'
import { integer, oneOf, warnOfUnknown, wrong } from '../../runtime/check-option.js'
import { connection, httpClient } from './connection.js'
import { sourceOf, url, writeKey } from './destination.js'
import { oauth, type OAuthSettings } from './oauth.js'
import { integers, knownOptions, readListed } from './table.js'

/** The options with every default filled in. */
export interface Settings extends ReturnType<typeof readListed> {
  readonly url: string
  readonly writeKey: string
  /** Identifies the write key in places where it must not be written. */
  readonly source: string
  readonly outbox: OutboxFactory
  readonly delivery: QueueFactory | undefined
  readonly plan: Plan | undefined
  readonly onViolation: ViolationOutcome | ViolationFunction
  readonly deadLetter: string | DeadLetterFunction | undefined
  readonly context: MessageContext | undefined
  readonly integrations: Integrations | undefined
  readonly oauth: OAuthSettings | undefined
  readonly httpClient: HttpFetch | HttpClient | undefined
  readonly connection: ConnectionOptions
}

/** @throws TypeError that names the option, the value and what is allowed */
export function readOptions(
  given: AnalyticsOptions<MaybePlan> | DisabledOptions<MaybePlan>,
): Settings {
  const options = given as AnalyticsOptions
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError(
      `Analytics was given ${describeValue(options)}; allowed: an object of options`,
    )
  }
  warnOfUnknown(Object.keys(options).filter((name) => !knownOptions.has(name)))
  const target = url(options)
  const listed = readListed(options, defaultsOf(options))
  const key = writeKey(options.writeKey, listed.disable)
  return {
    ...listed,
    writeKey: key,
    source: sourceOf(key),
    url: target,
    outbox: outboxOf(options, listed.disable),
    delivery: delivery(options),
    plan: checkPlanOption(options.plan),
    onViolation: onViolation(options),
    deadLetter: deadLetter(options),
    context: fields(options, 'context'),
    integrations: fields(options, 'integrations'),
    oauth: oauth(options, target),
    httpClient: httpClient(options),
    connection: connection(options),
  }
}

/** Defaults that depend on other options: the names that `@segment/analytics-node` has, and the outbox's own. */
function defaultsOf(options: AnalyticsOptions): Partial<Record<keyof typeof integers, number>> {
  const seconds = (name: 'maxTotalBackoffDuration' | 'maxRateLimitDuration'): number =>
    integer(options, name, { default: -1, min: 0, max: Infinity })
  const duration = Math.max(seconds('maxTotalBackoffDuration'), seconds('maxRateLimitDuration'))
  const queueBytes = options.outbox?.maxQueueBytes
  return {
    flushAt: integer(options, 'maxEventsInBatch', integers.flushAt),
    ...(duration < 0 ? {} : { maxRetryDuration: duration * 1_000 }),
    ...(queueBytes === undefined ? {} : { maxQueueBytes: queueBytes }),
  }
}

function onViolation(options: AnalyticsOptions): Settings['onViolation'] {
  const { onViolation: value } = options
  if (typeof value === 'function') return value
  // As for an invalid call: in production none throws.
  const isProduction = process.env.NODE_ENV === 'production'
  const outcomes = isProduction
    ? (['report', 'drop', 'throw'] as const)
    : (['throw', 'report', 'drop'] as const)
  return oneOf({ onViolation: value }, 'onViolation', outcomes)
}

function deadLetter({ deadLetter: value }: AnalyticsOptions): Settings['deadLetter'] {
  const isPath = typeof value === 'string' && value !== ''
  if (value === undefined || isPath || typeof value === 'function') return value
  throw wrong('deadLetter', describeValue(value), 'the path of a file, or a function')
}

function fields<N extends 'context' | 'integrations'>(
  options: AnalyticsOptions,
  name: N,
): AnalyticsOptions[N] {
  const value = options[name]
  if (value === undefined) return undefined
  const allowed = 'an object that can be written as JSON'
  if (typeof value !== 'object' || (value as unknown) === null || Array.isArray(value)) {
    throw wrong(name, describeValue(value), allowed)
  }
  try {
    // A copy as it will be sent: later changes by the caller have no effect.
    return JSON.parse(JSON.stringify(value)) as AnalyticsOptions[N]
  } catch (cause) {
    throw new TypeError(
      `option ${name} is an object that cannot be written as JSON; allowed: ${allowed}`,
      { cause },
    )
  }
}

function delivery({ delivery: value }: AnalyticsOptions): QueueFactory | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'function' && typeof value.place === 'string') return value
  throw wrong(
    'delivery',
    describeValue(value),
    'bullmq({ connection }), or graphileWorker({ pool })',
  )
}

function outboxOf({ outbox }: AnalyticsOptions, disable: boolean): OutboxFactory {
  if (outbox !== undefined && typeof outbox !== 'function') {
    throw wrong('outbox', describeValue(outbox), 'directory(path), or memory()')
  }
  return disable || !outbox ? memory() : outbox
}
