// What `new Analytics()` takes.

import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import type { QueueFactory } from '../../delivery/queue-factory.js'
import type { ConnectionOptions } from '../../delivery/transport/axios-transport.js'
import type { DeadLetterFunction } from '../../failures/dead-letter/index.js'
import type { HttpClient, HttpFetch } from '../../delivery/transport/http-client.js'
import type { OAuthOptions } from './oauth-options.js'
import type { Integrations, MessageContext } from '../../spec/messages.js'
import type { OutboxFactory } from '../../outbox/outbox.js'
import type { MaybePlan } from '../../spec/planned-calls.js'
import type { MessageViolations } from '../../spec/violation.js'

/** What becomes of a message that is not as planned. */
export type ViolationOutcome = 'report' | 'drop' | 'throw'

/**
 * Decides about each such message, at the call. Without an answer, or if it throws, the message is sent and reported.
 */
export type ViolationFunction = (
  violations: MessageViolations,
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- one that only counts need return nothing
) => ViolationOutcome | undefined | void

/**
 * What `new Analytics()` takes. Durations are milliseconds, sizes are bytes.
 *
 * @typeParam P the type of the plan: `AnalyticsOptions<typeof plan>`
 */
export interface AnalyticsOptions<P extends MaybePlan = undefined> {
  /** The key of the source that receives the messages. Undefined compiles, for `process.env.WRITE_KEY`, and is a TypeError. */
  writeKey: string | undefined
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
   * Where messages wait: `directory('/var/lib/app/outbox')` keeps them on disk, where they survive the end of the
   * process; `memory()`, the default, does not (docs/durability.md).
   * @default in memory
   */
  outbox?: OutboxFactory | undefined
  /**
   * A queue that several processes share, to which batches are handed over instead of being sent to the server: that of
   * `bullmq()` or `graphileWorker()`. Workers deliver from it (docs/workers.md).
   * @default none: batches are sent to the server
   */
  delivery?: QueueFactory | undefined
  /**
   * The most bytes of messages that may wait. Past it a call fails as `queue_full`; past half of it a call returns
   * false. Of an outbox in a directory it bounds what all processes together have in it. Minimum 1.
   * @default 64 MiB; 1 GiB with an outbox in a directory
   */
  maxQueueBytes?: number | undefined
  /**
   * Which messages give way when the outbox is full. Each is reported as `queue_full`.
   * @default 'drop-newest'
   */
  overflow?: 'drop-newest' | 'drop-oldest' | undefined
  /**
   * The most requests in flight at a time. More than 1 gives up the order of messages. Minimum 1, maximum 1,000.
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
   * @default 'report' if NODE_ENV is 'production', else 'throw'
   */
  onInvalid?: 'throw' | 'report' | undefined
  /**
   * Which events and traits there are, as `definePlan()` of `selfsame/plan` makes it: the compiler and the client check
   * calls against it (docs/plan.md).
   * @default none: any
   */
  plan?: P | undefined
  /**
   * What becomes of a message that is not as planned: it is sent, with an event `violation` and a warning (`'report'`);
   * it fails as `plan_violation` (`'drop'`); the call throws (`'throw'`); or a function decides.
   * @default 'report' if NODE_ENV is 'production', else 'throw'
   */
  onViolation?: ViolationOutcome | ViolationFunction | undefined
  /**
   * Where messages go that failed for good: a file to which each is added as a line of JSON (docs/dead-letters.md), or
   * a function that is given them and the error.
   * @default none
   */
  deadLetter?: string | DeadLetterFunction | undefined
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
  /**
   * OAuth 2.0 instead of the write key alone (docs/oauth.md).
   * @default none
   */
  oauth?: OAuthOptions | undefined
  /** @deprecated The name that `oauth` has in `@segment/analytics-node`. */
  oauthSettings?: OAuthOptions | undefined
  /** @deprecated The name that `flushAt` had in `@segment/analytics-node`. */
  maxEventsInBatch?: number | undefined
  /** @deprecated The name that `maxRetryDuration` has in `@segment/analytics-node`, in **seconds**. */
  maxTotalBackoffDuration?: number | undefined
  /** @deprecated As `maxTotalBackoffDuration`; the longer of the two counts. */
  maxRateLimitDuration?: number | undefined
}

/** The options of a client that sends nothing: it needs no key. */
export type DisabledOptions<P extends MaybePlan = undefined> = Omit<
  AnalyticsOptions<P>,
  'writeKey'
> & {
  disable: true
  writeKey?: string | undefined
}
