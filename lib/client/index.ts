// The client as its users see it: its class, what its options and results are made of, and the types of the calls.

import type { HttpFetch } from '../delivery/transport/http-client.js'

export { Analytics } from './analytics.js'
export type { AnalyticsCalls } from './analytics-calls.js'
export type { CloseOptions, Counts, FlushOptions, Stats } from './stats.js'
export type { DeadLetterFunction } from '../failures/dead-letter/index.js'
export { AnalyticsError } from '../spec/error.js'
export { errorCodes } from '../runtime/error-codes.js'
export type { ErrorCode } from '../runtime/error-codes.js'
export type { AnalyticsEvents } from './emitter.js'
export type { Bound, BoundAnalytics } from './bound-analytics.js'
export { memory } from '../outbox/memory-outbox.js'
export { directory } from '../outbox/disk/directory.js'
export type { DirectoryOptions } from '../outbox/disk/directory.js'
export type { OutboxFactory } from '../outbox/outbox.js'
export type { Queryable, QueueFactory } from '../delivery/queue-factory.js'
export type { TransactionAnalytics } from './transaction-analytics.js'
export type {
  AnalyticsOptions,
  ViolationFunction,
  ViolationOutcome,
} from './options/analytics-options.js'
export type { OAuthOptions } from './options/oauth-options.js'
export type { OAuthKey } from '../delivery/auth/oauth-client-key.js'
export type { Callback, Context } from '../failures/error-reporter.js'
export type { Binding } from '../message/compose.js'
export type { Middleware } from '../message/middleware.js'
export type {
  HttpClient,
  HttpClientRequest,
  HttpClientResponse,
  HttpFetch,
} from '../delivery/transport/http-client.js'
export type { HttpRequestEvent, HttpResponseEvent } from '../delivery/poster.js'
export type {
  Address,
  AliasCall,
  EventProperties,
  GroupCall,
  GroupTraits,
  Id,
  IdentifyCall,
  Identity,
  Integrations,
  Message,
  MessageContext,
  MessageType,
  PageCall,
  PageProperties,
  ScreenCall,
  Timestamp,
  TrackCall,
  UserTraits,
} from '../spec/messages.js'
export type { MessageViolations, Violation, ViolationEvent } from '../spec/violation.js'
export { version } from '../runtime/version.js'

// The same under the names of @segment/analytics-node, so that a program need only change its import.
export { FetchHttpClient as FetchHTTPClient } from '../delivery/transport/http-client.js'
export type {
  HttpClient as HTTPClient,
  HttpClientRequest as HTTPClientRequest,
  HttpClientResponse as HTTPResponse,
  HttpFetch as HTTPFetchFn,
} from '../delivery/transport/http-client.js'
export type { AnalyticsOptions as AnalyticsSettings } from './options/analytics-options.js'
export type { OAuthOptions as OAuthSettings } from './options/oauth-options.js'
export type {
  AliasCall as AliasParams,
  GroupCall as GroupParams,
  IdentifyCall as IdentifyParams,
  MessageContext as ExtraContext,
  PageCall as PageParams,
  TrackCall as TrackParams,
} from '../spec/messages.js'
export type HTTPFetchRequest = Parameters<HttpFetch>[1]
