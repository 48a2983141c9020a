// Failures on their way to listeners: what fails within a call is told after it, and what nobody listens to is warned of.

import { AnalyticsError, type ErrorCode } from './errors.js'
import type { Context, SafeEmitter } from './events.js'
import type { Guard } from './guard.js'
import type { Message } from './message/types.js'

/** A caller's callback. */
export type Callback = (error: AnalyticsError | undefined, context: Context) => unknown

interface Report {
  readonly code: ErrorCode
  readonly reason: string
  readonly cause: unknown
  /** Reads one message each: most are never looked at. */
  readonly messages: (() => Message)[]
  readonly callbacks: (readonly [callback: Callback, index: number])[]
}

// A burst of failing calls without a pause must not fill the memory: past these they are told at once.
const mostWaiting = 1_000
const mostWaitingBytes = 1024 * 1024

export class Reports {
  readonly #emitter: SafeEmitter
  readonly #guard: Guard
  readonly #warned = new Set<ErrorCode>()
  #waiting: Report[] = []
  #count = 0
  #bytes = 0
  #telling = false

  constructor(emitter: SafeEmitter, guard: Guard) {
    this.#emitter = emitter
    this.#guard = guard
  }

  /**
   * A call has failed. It is told in the next microtask, so that no listener runs inside a call; failures of one kind
   * that follow each other are told as one error.
   *
   * @param message reads the message
   * @param size what is kept in memory for it, in bytes
   */
  later(
    code: ErrorCode,
    reason: string,
    message: () => Message,
    size: number,
    callback: Callback | undefined,
    cause?: unknown,
  ): void {
    // Where nobody will look at the messages, none is kept.
    const heard = callback !== undefined || this.#isHeard(code)
    let report = this.#waiting.at(-1)
    if (report?.code !== code || report.reason !== reason || cause !== undefined) {
      report = { code, reason, cause, messages: [], callbacks: [] }
      this.#waiting.push(report)
    }
    if (callback) report.callbacks.push([callback, report.messages.length])
    if (heard) report.messages.push(message)
    this.#count++
    if (heard) this.#bytes += size
    if (this.#count === 1 && !this.#telling) queueMicrotask(() => this.tellWaiting())
    if (this.#count >= mostWaiting || this.#bytes >= mostWaitingBytes) this.tellWaiting()
  }

  /** Whether any failure waits to be told. */
  get areWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** Tells what waits to be told, but not what is added meanwhile. */
  tellWaiting(): void {
    if (!this.#telling) this.tellNow()
  }

  /** Also from within a listener: the process may be ending in it. */
  tellNow(): void {
    this.#telling = true
    this.#count = 0
    this.#bytes = 0
    for (let left = this.#waiting.length; left > 0; left--) {
      const report = this.#waiting.shift()
      if (report) this.#tell(report)
    }
    this.#telling = false
    // A listener has made calls that failed too. In a microtask they could follow each other for ever, and the event
    // loop would never turn again.
    if (this.#waiting.length > 0) setImmediate(() => this.tellWaiting())
  }

  #tell({ code, reason, cause, messages, callbacks }: Report): void {
    const error = new AnalyticsError(code, reason, {
      cause,
      messages: () => messages.map((read) => read()),
    })
    for (const [callback, index] of callbacks) {
      const message = error.messages[index]
      if (message) this.callBack(callback, error, message)
    }
    if (code === 'closed' && this.#emitter.listenerCount('call_after_close') > 0) {
      for (const message of error.messages) this.#emitter.emit('call_after_close', message)
      // Somebody has heard of it: that is no reason for a warning.
      this.#warned.add(code)
    }
    this.now(error)
  }

  #isHeard(code: ErrorCode): boolean {
    if (this.#emitter.listenerCount('error') > 0) return true
    return code === 'closed' && this.#emitter.listenerCount('call_after_close') > 0
  }

  /** Tells a caller how its message ended. */
  callBack(callback: Callback, error: AnalyticsError | undefined, event: Message): void {
    this.#guard.call('a callback', () => callback(error, { event }))
  }

  /** Messages have failed. */
  now(error: AnalyticsError): void {
    if (this.#emitter.emit('error', error) || this.#warned.has(error.code)) return
    this.#warned.add(error.code)
    this.warn(
      `${error.code}: ${error.message}. Listen to 'error' for the messages; further ones of this code are only counted in stats().`,
      `SELFSAME_${error.code.toUpperCase()}`,
    )
  }

  /** Says something to whoever runs the process. */
  warn(text: string, code: string): void {
    process.emitWarning(text, { type: 'SelfsameWarning', code })
  }
}
