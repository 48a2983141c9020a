// What a user imports from '@selfsame/collector': a local endpoint that speaks the Segment tracking API.
export { type Collector, startCollector, type WaitOptions } from './collector.js'
export { DISCARD_CODES, type DiscardCode } from './discard.js'
export type { CollectedMessage, JsonObject, MessageType } from './message.js'
export type { Answer, MisbehaveFunction, RequestInView } from './faults/misbehave.js'
export type { CollectorOptions } from './options.js'
export type { CollectedRequest, CollectorEvents, Rejection } from './records.js'
