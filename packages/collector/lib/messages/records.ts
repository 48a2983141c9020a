// What the collector notes down besides the messages: requests and rejections; and their events.
import type { IncomingHttpHeaders } from 'node:http'
import type { Violation } from '../../../../lib/spec/violation.js'
import type { Fault } from './discard.js'
import type { CollectedMessage } from './message.js'

/** A request, noted when it was answered, or when it was clear that it never will be. */
export interface CollectedRequest {
  /** When its headers arrived, ms since 1970 by the collector's clock. The `receivedAt` of its messages. */
  readonly at: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  /**
   * The status it was answered with. Or `'reset'`: the collector broke the connection; `'silent'`: it was told never
   * to answer; `'aborted'`: the client left before the answer.
   */
  readonly status: number | 'reset' | 'silent' | 'aborted'
  /** Bytes of the body that arrived, as they were on the wire. */
  readonly bytes: number
  /** Messages in it, where the body could be read. */
  readonly count: number | undefined
  /** Names in lower case; without the headers that hold credentials. */
  readonly headers: IncomingHttpHeaders
}

/** A message that was refused, or a request that was refused as a whole. */
export interface Rejection extends Fault {
  /** What was sent. Absent for a refused request, and with `keep: false`. */
  readonly message?: unknown
}

/** A message that was accepted and is not as planned. */
export interface MessageViolation {
  readonly message: CollectedMessage
  /** What the client wrote into it, and what the plan of the collector says. */
  readonly violations: readonly Violation[]
}

/** The events of a collector, and what their listeners get. */
export interface CollectorEvents {
  /** A message was accepted. */
  message: [message: CollectedMessage]
  /** A request was answered, reset, aborted or left without an answer. */
  request: [request: CollectedRequest]
  /** A message was accepted that is not as planned: after its `message`. */
  violation: [violation: MessageViolation]
  /** A message was refused, or a request as a whole. */
  rejected: [rejection: Rejection]
}

/** The last so many of what is pushed. */
export class Latest<T> {
  readonly #limit: number
  readonly #items: T[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  get items(): readonly T[] {
    return this.#items
  }

  push(item: T): void {
    if (this.#items.push(item) > this.#limit) this.#items.shift()
  }

  clear(): void {
    this.#items.length = 0
  }
}
