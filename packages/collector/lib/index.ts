// What a user imports from '@selfsame/collector': a local endpoint that speaks the Segment tracking API.
export { type Collector, startCollector, type WaitOptions } from './collector.js'
export { DISCARD_CODES, type DiscardCode } from './messages/discard.js'
export type { CollectedMessage, JsonObject, MessageType } from './messages/message.js'
export type { Answer, MisbehaveFunction, RequestInView } from './faults/misbehave.js'
export type { CollectorOptions } from './http/options.js'
export type { CollectedRequest, CollectorEvents, Rejection } from './messages/records.js'
