// The client's events: an EventEmitter whose listeners cannot harm the client or the process.

import { EventEmitter } from 'node:events'
import type { HttpRequestEvent, HttpResponseEvent } from '../delivery/poster.js'
import type { Context } from '../failures/error-reporter.js'
import type { AnalyticsError } from '../spec/error.js'
import type { UserCode } from '../runtime/user-code.js'
import type { Message, MessageType } from '../spec/messages.js'
import type { ViolationEvent } from '../spec/violation.js'

/** The events of a client. Those named after the six calls say that a message of this type was delivered. */
export type AnalyticsEvents = {
  /** Messages have failed. Without a listener: one process warning per code. */
  error: [error: AnalyticsError]
  /** A call was made after `close()`. */
  call_after_close: [message: Message]
  /** A message is not as the client's plan has it. */
  violation: [violation: ViolationEvent]
  /** A request is about to be made. */
  http_request: [request: HttpRequestEvent]
  /** A request was answered. */
  http_response: [response: HttpResponseEvent]
  /** A call has returned false, and there is room again. */
  drain: []
  /** Nothing is pending any more. */
  drained: []
} & Record<MessageType, [context: Context]>

type NamingMethod =
  | 'on'
  | 'once'
  | 'off'
  | 'addListener'
  | 'removeListener'
  | 'prependListener'
  | 'prependOnceListener'

/**
 * The methods that name an event take those of the client alone: the ones of `EventEmitter<Events>` take any text, so
 * that the listener for a misspelt event would never be called, and nobody would know. Their declarations differ
 * between the versions of @types/node that users have, so that no others can extend them.
 */
interface TypedEmitter extends Omit<EventEmitter<AnalyticsEvents>, NamingMethod> {
  on<Event extends keyof AnalyticsEvents>(event: Event, listener: Listener<Event>): this
  once<Event extends keyof AnalyticsEvents>(event: Event, listener: Listener<Event>): this
  off<Event extends keyof AnalyticsEvents>(event: Event, listener: Listener<Event>): this
  addListener<Event extends keyof AnalyticsEvents>(event: Event, listener: Listener<Event>): this
  removeListener<Event extends keyof AnalyticsEvents>(event: Event, listener: Listener<Event>): this
  prependListener<Event extends keyof AnalyticsEvents>(
    event: Event,
    listener: Listener<Event>,
  ): this
  prependOnceListener<Event extends keyof AnalyticsEvents>(
    event: Event,
    listener: Listener<Event>,
  ): this
}

type Listener<Event extends keyof AnalyticsEvents> = (...args: AnalyticsEvents[Event]) => unknown

const Emitter = EventEmitter as new () => TypedEmitter

/** Unlike its parent it calls every listener, whatever the others do, and 'error' without a listener throws nothing. */
export class SafeEmitter extends Emitter {
  readonly #userCode: UserCode

  constructor(userCode: UserCode) {
    super()
    this.#userCode = userCode
    // Not an override: the declared type of emit() differs between the versions of @types/node that users have.
    Object.defineProperty(this, 'emit', {
      value: (event: keyof AnalyticsEvents, ...args: unknown[]) => this.#emit(event, args),
      writable: true,
      configurable: true,
    })
  }

  #emit(event: keyof AnalyticsEvents, args: unknown[]): boolean {
    const listeners = this.rawListeners(event)
    for (const listener of listeners) {
      this.#userCode.call(
        `a listener of '${event}'`,
        () => Reflect.apply(listener, this, args) as unknown,
      )
    }
    return listeners.length > 0
  }
}
