// Every option with its default, checked.

import type { ConnectionOptions } from '../../delivery/axios-transport.js'
import type { DeadLetterFunction } from '../../dead-letter/index.js'
import type { HttpClient, HttpFetch } from '../../delivery/http-client.js'
import { describeValue } from '../../runtime/describe-value.js'
import type { Integrations, MessageContext } from '../../spec/messages.js'
import { memory } from '../../outbox/memory-outbox.js'
import type { OutboxFactory } from '../../outbox/outbox.js'
import { longestTimer } from '../../runtime/timer.js'
import type { AnalyticsOptions } from './analytics-options.js'
import { boolean, integer, oneOf, warnOfUnknown, wrong } from '../../runtime/check-option.js'
import { connection, httpClient } from './connection.js'
import { sourceOf, url, writeKey } from './destination.js'
import { oauth, type OAuthSettings } from './oauth.js'

/** The options with every default filled in. */
export interface Settings {
  readonly url: string
  readonly writeKey: string
  /** Stands for the write key where that must not be written. */
  readonly source: string
  readonly flushAt: number
  readonly flushInterval: number
  readonly maxBatchSize: number
  readonly maxBatchBytes: number
  readonly maxMessageBytes: number
  readonly outbox: OutboxFactory
  readonly maxQueueBytes: number
  readonly overflow: 'drop-newest' | 'drop-oldest'
  readonly maxInFlight: number
  readonly httpRequestTimeout: number
  readonly maxRetries: number
  readonly maxRetryDuration: number
  readonly gzip: boolean
  readonly flushOnExit: boolean
  readonly exitTimeout: number
  readonly onInvalid: 'throw' | 'report'
  readonly deadLetter: string | DeadLetterFunction | undefined
  readonly disable: boolean
  readonly context: MessageContext | undefined
  readonly integrations: Integrations | undefined
  readonly oauth: OAuthSettings | undefined
  readonly httpClient: HttpFetch | HttpClient | undefined
  readonly connection: ConnectionOptions
}

/** @throws TypeError that names the option, the value and what is allowed */
export function readOptions(options: AnalyticsOptions): Settings {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError(
      `Analytics was given ${describeValue(options)}; allowed: an object of options`,
    )
  }
  warnOfUnknown(Object.keys(options).filter((name) => !known.has(name)))
  const disable = boolean(options, 'disable', false)
  const seconds = Math.max(
    integer(options, 'maxTotalBackoffDuration', -1, 0, Infinity),
    integer(options, 'maxRateLimitDuration', -1, 0, Infinity),
  )
  const target = url(options)
  const key = writeKey(options.writeKey)
  return {
    writeKey: key,
    source: sourceOf(key),
    url: target,
    flushAt: integer(options, 'flushAt', integer(options, 'maxEventsInBatch', 100, 1), 1),
    flushInterval: integer(options, 'flushInterval', 10_000, 1, longestTimer),
    maxBatchSize: integer(options, 'maxBatchSize', 2_500, 1),
    maxBatchBytes: integer(options, 'maxBatchBytes', 480 * 1024, 1024, 64 * 1024 * 1024),
    maxMessageBytes: integer(options, 'maxMessageBytes', 32 * 1024, 1),
    outbox: outboxOf(options, disable),
    maxQueueBytes: maxQueueBytes(options),
    overflow: oneOf(options, 'overflow', ['drop-newest', 'drop-oldest']),
    maxInFlight: integer(options, 'maxInFlight', 1, 1),
    httpRequestTimeout: integer(options, 'httpRequestTimeout', 10_000, 1, longestTimer),
    maxRetries: integer(options, 'maxRetries', 10, 0, Infinity),
    maxRetryDuration: integer(
      options,
      'maxRetryDuration',
      seconds < 0 ? 12 * 3_600_000 : seconds * 1000,
      0,
      Infinity,
    ),
    gzip: boolean(options, 'gzip', false),
    flushOnExit: boolean(options, 'flushOnExit', true),
    exitTimeout: integer(options, 'exitTimeout', 10_000, 0, longestTimer),
    onInvalid: oneOf(
      options,
      'onInvalid',
      process.env.NODE_ENV === 'production' ? ['report', 'throw'] : ['throw', 'report'],
    ),
    deadLetter: deadLetter(options),
    disable,
    context: fields(options, 'context'),
    integrations: fields(options, 'integrations'),
    oauth: oauth(options, target),
    httpClient: httpClient(options),
    connection: connection(options),
  }
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
    // A copy as it is going to be sent: what the caller changes later changes nothing.
    return JSON.parse(JSON.stringify(value)) as AnalyticsOptions[N]
  } catch (cause) {
    throw new TypeError(
      `option ${name} is an object that cannot be written as JSON; allowed: ${allowed}`,
      { cause },
    )
  }
}

function outboxOf({ outbox }: AnalyticsOptions, disable: boolean): OutboxFactory {
  if (outbox !== undefined && typeof outbox !== 'function') {
    throw wrong(
      'outbox',
      describeValue(outbox),
      'directory(path), or a function that opens an outbox',
    )
  }
  return disable || !outbox ? memory() : outbox
}

function maxQueueBytes(options: AnalyticsOptions): number {
  const standard = options.outbox?.maxQueueBytes ?? 64 * 1024 * 1024
  return integer(options, 'maxQueueBytes', standard, 1)
}

const known = new Set<string>([
  'writeKey',
  'host',
  'path',
  'flushAt',
  'flushInterval',
  'maxBatchSize',
  'maxBatchBytes',
  'maxMessageBytes',
  'outbox',
  'maxQueueBytes',
  'overflow',
  'maxInFlight',
  'httpRequestTimeout',
  'maxRetries',
  'maxRetryDuration',
  'gzip',
  'flushOnExit',
  'exitTimeout',
  'onInvalid',
  'deadLetter',
  'disable',
  'context',
  'integrations',
  'httpClient',
  'proxy',
  'httpAgent',
  'httpsAgent',
  'maxEventsInBatch',
  'maxTotalBackoffDuration',
  'maxRateLimitDuration',
  'oauth',
  'oauthSettings',
] satisfies (keyof AnalyticsOptions)[])
