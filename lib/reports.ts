// Failures on their way to listeners: what fails within a call is told after it, and what nobody listens to is warned of.

import type { DeadLetters } from './dead-letter/index.js'
import { endPending, startPending, type Leaver } from './delivery/process-end.js'
import { AnalyticsError, type ErrorCode } from './errors.js'
import type { Context, SafeEmitter } from './events.js'
import type { Guard } from './guard.js'
import { lastWord } from './last-word.js'
import type { Message, MessageType } from './message/types.js'

/** A caller's callback. */
export type Callback = (error: AnalyticsError | undefined, context: Context) => unknown

interface Report {
  readonly code: ErrorCode
  readonly reason: string
  readonly cause: unknown
  /** Reads one message each: most are never looked at. */
  readonly messages: (() => Message)[]
  readonly callbacks: (readonly [callback: Callback, index: number])[]
  /** Of calls that never became messages. */
  readonly type: MessageType | undefined
  /** Made when it is first needed; nothing is added to the report after that. */
  error?: AnalyticsError
}

// A burst of failing calls without a pause must not fill the memory: past these they are told at once.
const mostWaiting = 1_000
const mostWaitingBytes = 1024 * 1024

export class Reports {
  readonly #emitter: SafeEmitter
  readonly #guard: Guard
  readonly #deadLetters: DeadLetters | undefined
  /** While a failure waits for its microtask the process may end. */
  readonly #leaver: Leaver | undefined
  readonly #warned = new Set<ErrorCode>()
  #waiting: Report[] = []
  #count = 0
  #bytes = 0
  #telling = false
  #keeping = false
  #isLast = false

  /** @param flushOnExit whether what waits is told when the process ends */
  constructor(emitter: SafeEmitter, guard: Guard, deadLetters?: DeadLetters, flushOnExit = false) {
    this.#emitter = emitter
    this.#guard = guard
    this.#deadLetters = deadLetters
    this.#leaver = flushOnExit
      ? { flush: () => Promise.resolve(), leave: () => this.tellLast() }
      : undefined
  }

  /**
   * A call has failed. It is told in the next microtask, so that no listener runs inside a call; failures of one kind
   * that follow each other are told as one error.
   *
   * @param message reads the message
   * @param size what is kept in memory for it, in bytes
   * @param type of a call that never became a message
   */
  later(
    code: ErrorCode,
    reason: string,
    message: () => Message,
    size: number,
    callback: Callback | undefined,
    cause?: unknown,
    type?: MessageType,
  ): void {
    // Where nobody will look at the messages, none is kept.
    const heard = callback !== undefined || this.#isHeard(code)
    let report = this.#waiting.at(-1)
    const isSame = report?.code === code && report.reason === reason && report.type === type
    if (!report || !isSame || cause !== undefined || report.error) {
      report = { code, reason, cause, messages: [], callbacks: [], type }
      this.#waiting.push(report)
    }
    if (callback) report.callbacks.push([callback, report.messages.length])
    if (heard) report.messages.push(message)
    this.#count++
    if (heard) this.#bytes += size
    if (this.#count === 1 && !this.#telling) queueMicrotask(() => this.tellWaiting())
    if (this.#leaver) startPending(this.#leaver)
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
    let left = this.#waiting.length
    this.#keepWaiting()
    for (; left > 0; left--) {
      const report = this.#waiting.shift()
      if (report) this.#tell(report)
    }
    this.#telling = false
    // A listener has made calls that failed too. In a microtask they could follow each other for ever, and the event
    // loop would never turn again.
    if (this.#waiting.length > 0) setImmediate(() => this.tellWaiting())
    else if (this.#leaver) endPending(this.#leaver)
  }

  /** The process is ending: what waits is told now. */
  tellLast(): void {
    // Calls of a listener's that fail too: to tell them could go on for ever.
    if (this.#isLast) {
      this.#keepWaiting()
      return
    }
    this.#isLast = true
    this.tellNow()
    this.#isLast = false
  }

  /** Before anybody is told: a listener may end the process. All in one write. */
  #keepWaiting(): void {
    // A function that makes calls which fail must not come to itself again.
    if (!this.#deadLetters || this.#keeping) return
    this.#keeping = true
    const failures = this.#waiting
      .filter(({ error }) => !error)
      .map((report) => ({ error: errorFor(report), type: report.type }))
    this.#deadLetters.keep(failures)
    this.#keeping = false
  }

  #tell(report: Report): void {
    const { code, callbacks } = report
    const error = errorFor(report)
    for (const [callback, index] of callbacks) {
      const message = error.messages[index]
      if (message) this.callBack(callback, error, message)
    }
    if (code === 'closed' && this.#emitter.listenerCount('call_after_close') > 0) {
      for (const message of error.messages) this.#emitter.emit('call_after_close', message)
      // Somebody has heard of it: that is no reason for a warning.
      this.#warned.add(code)
    }
    this.#announce(error)
  }

  #isHeard(code: ErrorCode): boolean {
    if (this.#deadLetters || this.#emitter.listenerCount('error') > 0) return true
    return code === 'closed' && this.#emitter.listenerCount('call_after_close') > 0
  }

  /** Tells a caller how its message ended. */
  callBack(callback: Callback, error: AnalyticsError | undefined, event: Message): void {
    this.#guard.call('a callback', () => callback(error, { event }))
  }

  /**
   * Messages have failed.
   *
   * @param callBack calls the callbacks of their calls: after the messages are kept, before listeners are told
   */
  now(error: AnalyticsError, callBack: () => void): void {
    this.#deadLetters?.keep([{ error }])
    callBack()
    this.#announce(error)
  }

  #announce(error: AnalyticsError): void {
    const isTold = this.#emitter.emit('error', error) || this.#deadLetters?.areTold === true
    if (isTold || this.#warned.has(error.code)) return
    this.#warned.add(error.code)
    const where = this.#deadLetters
      ? 'Look for the messages in the file of the option deadLetter'
      : "Listen to 'error' for the messages"
    this.warn(
      `${error.code}: ${error.message}. ${where}; further ones of this code are only counted in stats().`,
      `SELFSAME_${error.code.toUpperCase()}`,
    )
  }

  /** Says something to whoever runs the process. */
  warn(text: string, code: string): void {
    if (this.#isLast) {
      lastWord(text)
      return
    }
    process.emitWarning(text, { type: 'SelfsameWarning', code })
  }
}

function errorFor(report: Report): AnalyticsError {
  const { code, reason, cause, messages } = report
  return (report.error ??= new AnalyticsError(code, reason, {
    cause,
    messages: () => messages.map((read) => read()),
  }))
}
