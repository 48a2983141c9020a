// How a message differs from the plan.

import type { Message, MessageType } from './messages.js'

/** What is wrong with one field of a message, in the words of Segment's Protocols: type, field and description. */
export interface Violation {
  /**
   * `Unplanned Event`: the plan has no event, page or screen of this name. `Required`: a field is missing.
   * `Invalid Value`: a field is not what the schema allows. `Schema Error`: the schema threw, or was asynchronous.
   */
  readonly type: 'Unplanned Event' | 'Required' | 'Invalid Value' | 'Schema Error'
  /** Where it is: `event`, `properties.revenue`, `properties.products.0.price`. */
  readonly field: string
  /** What the schema says of it. It may quote the value. */
  readonly description: string
}

/** What is wrong with one message. */
export interface MessageViolations {
  /** Which of the calls it is. */
  readonly type: MessageType
  /** The name of the event, page or screen, if the message has one. */
  readonly name: string | undefined
  readonly violations: readonly Violation[]
}

/** What listeners of `violation` get: what is wrong with a message, and the message as it is sent or dropped. */
export interface ViolationEvent extends MessageViolations {
  readonly message: Message
}
