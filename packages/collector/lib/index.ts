// What a user imports from '@selfsame/collector': a local endpoint that speaks the Segment tracking API.
export { type Collector, openCollector, startCollector, type WaitOptions } from './collector.js'
export type { ProfileView } from './api/asking/views.js'
export type { Cell } from './cells/cells.js'
export type { InProcessRequest } from './http/in-process.js'
export type { RulesFile, RulesOption } from './profiles/rules.js'
export { StoreNotUsable, StoreUnavailable } from './store/errors.js'
export { DISCARD_CODES, type DiscardCode } from './messages/discard.js'
export type { CollectedMessage, JsonObject, MessageType } from './messages/message.js'
export type { Answer, MisbehaveFunction, RequestInView } from './faults/misbehave.js'
export type { CollectorOptions } from './http/options.js'
export type { Violation } from '../../../lib/spec/violation.js'
export type {
  CollectedRequest,
  CollectorEvents,
  MessageViolation,
  Rejection,
} from './messages/records.js'
