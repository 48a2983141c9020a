// Every option, its default and its check.

import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import type { ConnectionOptions } from './delivery/axios-transport.js'
import type { HttpClient, HttpFetch } from './delivery/http-client.js'
import { describe } from './describe.js'
import type { Integrations, MessageContext } from './message/types.js'

/** What `new Analytics()` takes. Durations are milliseconds, sizes are bytes. */
export interface AnalyticsOptions {
  /** The key of the source that receives the messages. */
  writeKey: string
  /**
   * The server. EU workspaces of Segment: `https://events.eu1.segmentapis.com`.
   * @default 'https://api.segment.io'
   */
  host?: string | undefined
  /** @default '/v1/batch' */
  path?: string | undefined
  /**
   * How many messages make a batch go at once. Minimum 1.
   * @default 100
   */
  flushAt?: number | undefined
  /**
   * The longest that a message waits before it is first sent. Minimum 1.
   * @default 10_000
   */
  flushInterval?: number | undefined
  /**
   * The most messages in one request. Minimum 1.
   * @default 2_500, the API's limit
   */
  maxBatchSize?: number | undefined
  /**
   * The largest body of a request. Minimum 1,024, maximum 64 MiB.
   * @default 480 KiB (the API refuses 500 KB)
   */
  maxBatchBytes?: number | undefined
  /**
   * A larger message fails as `message_too_large`. Minimum 1.
   * @default 32 KiB, the API's limit
   */
  maxMessageBytes?: number | undefined
  /**
   * The most bytes of messages that may wait. Past it a call fails as `queue_full`; past half of it a call returns
   * false. Minimum 1.
   * @default 64 MiB
   */
  maxQueueBytes?: number | undefined
  /**
   * Which messages give way when the outbox is full. Each is reported as `queue_full`.
   * @default 'drop-newest'
   */
  overflow?: 'drop-newest' | 'drop-oldest' | undefined
  /**
   * The most requests at a time. More than 1 gives up the order of messages. Minimum 1.
   * @default 1
   */
  maxInFlight?: number | undefined
  /**
   * How long one try may take. Minimum 1.
   * @default 10_000
   */
  httpRequestTimeout?: number | undefined
  /**
   * How often a batch is sent again after answers that are the server's own fault (408, 410, 460, most 5xx). Minimum 0;
   * Infinity is allowed.
   * @default 10
   */
  maxRetries?: number | undefined
  /**
   * For how long a batch is sent again while the server is out of reach or asks to wait (no connection, timeouts, 429,
   * 502, 503, 504). Minimum 0; Infinity is allowed.
   * @default 12 hours
   */
  maxRetryDuration?: number | undefined
  /**
   * Compress bodies. Not with an `httpClient` of your own.
   * @default false
   */
  gzip?: boolean | undefined
  /**
   * Deliver what is pending when the process ends (docs/process-end.md).
   * @default true
   */
  flushOnExit?: boolean | undefined
  /**
   * How long a process that has run out of work may go on delivering. Minimum 0.
   * @default 10_000
   */
  exitTimeout?: number | undefined
  /**
   * What an invalid call does: throw its error, or report it as every other failure.
   * @default 'report' where NODE_ENV is 'production', else 'throw'
   */
  onInvalid?: 'throw' | 'report' | undefined
  /**
   * Calls do nothing; their callbacks are called.
   * @default false
   */
  disable?: boolean | undefined
  /** Beneath the context of every message, merged deep. */
  context?: MessageContext | undefined
  /** Beneath the integrations of every message. */
  integrations?: Integrations | undefined
  /**
   * A function like `fetch`, or an object with `makeRequest`, instead of axios.
   * @default axios
   */
  httpClient?: HttpFetch | HttpClient | undefined
  /** axios' `proxy`. By default the environment decides (HTTPS_PROXY, HTTP_PROXY, NO_PROXY); false uses none. */
  proxy?: ConnectionOptions['proxy']
  /** The agent of `http:` hosts. By default one with keep-alive. */
  httpAgent?: HttpAgent | undefined
  /** The agent of `https:` hosts. By default one with keep-alive. */
  httpsAgent?: HttpsAgent | undefined
  /** @deprecated The name that `flushAt` had in `@segment/analytics-node`. */
  maxEventsInBatch?: number | undefined
  /** @deprecated The name that `maxRetryDuration` has in `@segment/analytics-node`, in **seconds**. */
  maxTotalBackoffDuration?: number | undefined
  /** @deprecated As `maxTotalBackoffDuration`; the longer of the two counts. */
  maxRateLimitDuration?: number | undefined
}

/** The options with every default filled in. */
export interface Settings {
  readonly url: string
  readonly writeKey: string
  readonly flushAt: number
  readonly flushInterval: number
  readonly maxBatchSize: number
  readonly maxBatchBytes: number
  readonly maxMessageBytes: number
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
  readonly disable: boolean
  readonly context: MessageContext | undefined
  readonly integrations: Integrations | undefined
  readonly httpClient: HttpFetch | HttpClient | undefined
  readonly connection: ConnectionOptions
}

/** The longest that a timer of Node's can run. */
const longestTimer = 2 ** 31 - 1

/** @throws TypeError that names the option, the value and what is allowed */
export function readOptions(options: AnalyticsOptions): Settings {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError(`Analytics was given ${describe(options)}; allowed: an object of options`)
  }
  warnOfUnknown(options)
  const disable = boolean(options, 'disable', false)
  const seconds = Math.max(
    integer(options, 'maxTotalBackoffDuration', -1, 0, Infinity),
    integer(options, 'maxRateLimitDuration', -1, 0, Infinity),
  )
  return {
    writeKey: writeKey(options.writeKey),
    url: url(options),
    flushAt: integer(options, 'flushAt', integer(options, 'maxEventsInBatch', 100, 1), 1),
    flushInterval: integer(options, 'flushInterval', 10_000, 1, longestTimer),
    maxBatchSize: integer(options, 'maxBatchSize', 2_500, 1),
    maxBatchBytes: integer(options, 'maxBatchBytes', 480 * 1024, 1024, 64 * 1024 * 1024),
    maxMessageBytes: integer(options, 'maxMessageBytes', 32 * 1024, 1),
    maxQueueBytes: integer(options, 'maxQueueBytes', 64 * 1024 * 1024, 1),
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
    disable,
    context: fields(options, 'context'),
    integrations: fields(options, 'integrations'),
    httpClient: httpClient(options),
    connection: connection(options),
  }
}

function wrong(name: string, given: string, allowed: string): TypeError {
  return new TypeError(`option ${name} is ${given}; allowed: ${allowed}`)
}

/** A value as an error may show it: a number or a word as it is, anything else by its type. */
function shown(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : typeof value === 'string' && value.length <= 40
      ? JSON.stringify(value)
      : describe(value)
}

function integer(
  options: AnalyticsOptions,
  name: keyof AnalyticsOptions,
  standard: number,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number {
  const value: unknown = options[name]
  if (value === undefined) return standard
  const allowed = typeof value === 'number' && value >= min && value <= max
  if (allowed && (Number.isInteger(value) || value === Infinity)) return value
  const upper = max === Number.MAX_SAFE_INTEGER ? 'or more' : `to ${max}`
  throw wrong(name, shown(value), `a whole number, ${min} ${upper}`)
}

function boolean(
  options: AnalyticsOptions,
  name: keyof AnalyticsOptions,
  standard: boolean,
): boolean {
  const value: unknown = options[name]
  if (value === undefined) return standard
  if (typeof value === 'boolean') return value
  throw wrong(name, shown(value), 'true or false')
}

/** The first of the allowed values is the default. */
function oneOf<const V extends string>(
  options: AnalyticsOptions,
  name: keyof AnalyticsOptions,
  allowed: readonly [V, ...V[]],
): V {
  const value: unknown = options[name]
  if (value === undefined) return allowed[0]
  const known = allowed.find((each) => each === value)
  if (known !== undefined) return known
  throw wrong(name, shown(value), allowed.map((each) => `'${each}'`).join(' or '))
}

function writeKey(value: unknown): string {
  // The value itself is a secret, also where it is a wrong one.
  if (typeof value !== 'string' || value === '')
    throw wrong('writeKey', describe(value), 'a non-empty string')
  if (value.trim() !== value) {
    throw wrong(
      'writeKey',
      'a string with white space at its start or end',
      'a write key without any',
    )
  }
  return value
}

function url(options: AnalyticsOptions): string {
  const host: unknown = options.host ?? 'https://api.segment.io'
  const path: unknown = options.path ?? '/v1/batch'
  const allowedHost = "an http: or https: URL, for example 'https://api.segment.io'"
  const given = typeof host === 'string' && host.includes('@') ? 'a string with an @' : shown(host)
  if (typeof host !== 'string' || !URL.canParse(host)) throw wrong('host', given, allowedHost)
  const base = new URL(host)
  if (base.protocol !== 'https:' && base.protocol !== 'http:')
    throw wrong('host', given, allowedHost)
  if (base.username !== '' || base.password !== '') {
    throw wrong('host', 'a URL with a user or a password', allowedHost)
  }
  if (typeof path !== 'string')
    throw wrong('path', describe(path), "a string, for example '/v1/batch'")
  // A host may have a path of its own: that of a proxy in front of the API.
  const prefix = base.pathname.replace(/\/+$/, '')
  const suffix = path === '' || path.startsWith('/') ? path : `/${path}`
  const url = new URL(`${prefix}${suffix}`, base)
  // As @segment/analytics-node does.
  url.pathname = url.pathname.replace(/\/$/, '')
  return url.href
}

function fields<N extends 'context' | 'integrations'>(
  options: AnalyticsOptions,
  name: N,
): AnalyticsOptions[N] {
  const value = options[name]
  if (value === undefined) return undefined
  const allowed = 'an object that can be written as JSON'
  if (typeof value !== 'object' || (value as unknown) === null || Array.isArray(value)) {
    throw wrong(name, describe(value), allowed)
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

function httpClient({
  httpClient: value,
  gzip,
}: AnalyticsOptions): HttpFetch | HttpClient | undefined {
  if (value !== undefined && gzip === true) {
    throw wrong('gzip', 'true', 'false with an httpClient, which gets its bodies as text')
  }
  if (value === undefined || typeof value === 'function') return value
  if (typeof (value as HttpClient | null)?.makeRequest === 'function') return value
  throw wrong(
    'httpClient',
    describe(value),
    'a function like fetch, or an object with makeRequest()',
  )
}

function connection({ proxy, httpAgent, httpsAgent }: AnalyticsOptions): ConnectionOptions {
  const isProxy =
    proxy === undefined ||
    proxy === false ||
    (typeof proxy === 'object' && (proxy as unknown) !== null)
  if (!isProxy) throw wrong('proxy', describe(proxy), 'false, or an object with host and port')
  return {
    proxy,
    httpAgent: agent('httpAgent', httpAgent),
    httpsAgent: agent('httpsAgent', httpsAgent),
  }
}

function agent<A extends HttpAgent>(name: string, value: A | undefined): A | undefined {
  if (value === undefined || typeof (value as Partial<HttpAgent>).destroy === 'function')
    return value
  throw wrong(name, describe(value), 'an agent of node:http or node:https')
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
] satisfies (keyof AnalyticsOptions)[])

/** An unknown option is a typing error, or one of another library's: worth a word, not a crash. */
function warnOfUnknown(options: AnalyticsOptions): void {
  if ('oauthSettings' in options && options.oauthSettings !== undefined) {
    throw wrong(
      'oauthSettings',
      describe(options.oauthSettings),
      'nothing: OAuth is not supported yet',
    )
  }
  const unknown = Object.keys(options).filter(
    (name) => !known.has(name) && name !== 'oauthSettings',
  )
  if (unknown.length === 0) return
  process.emitWarning(
    `Analytics does not know the option ${unknown.join(', ')}; see docs/options.md`,
    {
      type: 'SelfsameWarning',
      code: 'SELFSAME_UNKNOWN_OPTION',
    },
  )
}
