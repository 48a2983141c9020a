// Reports failures to callbacks and listeners. What fails within a call is reported after it. Without a listener, warns.

import type { DeadLetters } from './dead-letter/index.js'
import { addExitHook, removeExitHook, type ExitHook } from '../exit/hooks.js'
import { AnalyticsError } from '../spec/error.js'
import type { ErrorCode } from '../runtime/error-codes.js'
import { inMicrotask } from '../runtime/timer.js'
import type { UserCode } from '../runtime/user-code.js'
import { warn, type WarningCode } from '../runtime/warnings.js'
import { writeStderr } from '../exit/write-stderr.js'
import type { Message, MessageType } from '../spec/messages.js'

/** What callbacks and the events `identify` … `alias` receive: a message that was settled. */
export interface Context {
  /** The message as it was sent, or would have been sent. */
  readonly event: Message
}

/** The part of a client's emitter that failures need. */
export interface FailureEmitter {
  listenerCount(event: 'error' | 'call_after_close'): number
  emit(event: 'error', error: AnalyticsError): boolean
  emit(event: 'call_after_close', message: Message): boolean
}

/** A caller's callback. */
export type Callback = (error: AnalyticsError | undefined, context: Context) => unknown

/** A failed call, and what is kept of it until it is reported. */
export interface FailedCall {
  readonly code: ErrorCode
  readonly reason: string
  /** Reads the message. */
  readonly message: () => Message
  /** The memory that it keeps, in bytes. */
  readonly size: number
  readonly callback: Callback | undefined
  readonly cause?: unknown
  /** For a call that never became a message. */
  readonly type?: MessageType | undefined
  /** Whether the call was accepted, and its message gave way to a newer one. */
  readonly wasAccepted?: boolean
}

interface Report {
  readonly code: ErrorCode
  readonly reason: string
  readonly cause: unknown
  /** Each reads one message; most are never read. */
  readonly messages: (() => Message)[]
  readonly callbacks: (readonly [callback: Callback, index: number])[]
  /** How many callbacks have been called. */
  called: number
  /** The messages of late calls for which `call_after_close` has yet to be emitted. */
  readonly afterClose: (() => Message)[]
  /** For calls that never became messages. */
  readonly type: MessageType | undefined
  readonly wasAccepted: boolean
  /** Created when first needed; nothing is added to the report after that. */
  error?: AnalyticsError
}

// A burst of failing calls must not fill the memory: beyond these limits they are reported at the end of a call.
const maxQueued = 1_000
const maxQueuedBytes = 1024 * 1024

export class ErrorReporter {
  readonly #emitter: FailureEmitter
  readonly #userCode: UserCode
  readonly #deadLetters: DeadLetters | undefined
  /** Set while a failure waits for its microtask, because the process may end. */
  readonly #exitHook: ExitHook | undefined
  readonly #warned = new Set<ErrorCode>()
  #queue: Report[] = []
  #count = 0
  #bytes = 0
  #isReporting = false
  #isKeeping = false
  #isLast = false
  #isEmittingAfterClose = false
  /** Whether queued failures could not be scheduled, for lack of stack. */
  #isUnscheduled = false

  /** @param flushOnExit whether queued failures are reported when the process ends */
  constructor(
    emitter: FailureEmitter,
    userCode: UserCode,
    deadLetters?: DeadLetters,
    flushOnExit = false,
  ) {
    this.#emitter = emitter
    this.#userCode = userCode
    this.#deadLetters = deadLetters
    this.#exitHook = flushOnExit
      ? { flush: () => Promise.resolve(), flushSync: (timeLeft) => this.flushLast(timeLeft) }
      : undefined
  }

  /**
   * Queues a failed call. It is reported in the next microtask, so that no listener runs inside a call; consecutive
   * failures of one kind are reported as one error. It may throw near the end of the stack; then nothing has changed.
   */
  queue(failed: FailedCall): void {
    this.#add(failed, false)
  }

  /** As `queue`, for a call after `close()`: the event `call_after_close` is emitted at once, as Segment's library does. */
  afterClose(failed: FailedCall): void {
    // A listener that calls again must not recurse forever: its calls are reported with the other failures.
    const isLater = this.#isEmittingAfterClose || this.#isReporting
    this.#add(failed, isLater)
    if (isLater || this.#emitter.listenerCount('call_after_close') === 0) return
    this.#isEmittingAfterClose = true
    try {
      this.#emitAfterClose(failed.message())
    } finally {
      this.#isEmittingAfterClose = false
    }
  }

  #add(failed: FailedCall, isAfterClose: boolean): void {
    const { code, reason, cause, message, size, callback, type, wasAccepted = false } = failed
    // Messages that nobody will receive are not kept.
    const isHeard = callback !== undefined || this.#isHeard
    const last = this.#queue.at(-1)
    const isSame =
      last?.code === code &&
      last.reason === reason &&
      last.type === type &&
      last.wasAccepted === wasAccepted
    const isNew = !isSame || cause !== undefined || last.error !== undefined
    const report: Report = isNew
      ? {
          code,
          reason,
          cause,
          messages: [],
          callbacks: [],
          called: 0,
          afterClose: [],
          type,
          wasAccepted,
        }
      : last
    const { messages, callbacks, afterClose } = report
    const entry = callback ? ([callback, messages.length] as const) : undefined
    // From here on no function is called, so nothing can throw near the end of the stack: all of this happens, or none.
    if (isNew) this.#queue[this.#queue.length] = report
    if (entry) callbacks[callbacks.length] = entry
    if (isHeard) {
      messages[messages.length] = message
      this.#bytes += size
    }
    if (isAfterClose) afterClose[afterClose.length] = message
    this.#count++
    try {
      this.#schedule()
    } catch {
      this.#isUnscheduled = true
    }
  }

  #schedule(): void {
    if ((this.#count === 1 || this.#isUnscheduled) && !this.#isReporting) {
      inMicrotask(() => this.flushQueued())
    }
    this.#isUnscheduled = false
    if (this.#exitHook) addExitHook(this.#exitHook)
  }

  /**
   * Call this at the end of a call, when its changes are complete: reports what is queued if it has become too much to
   * keep.
   */
  flushIfFull(): void {
    if (this.#isUnscheduled) this.#schedule()
    if (this.#count >= maxQueued || this.#bytes >= maxQueuedBytes) this.flushQueued()
  }

  /** Whether any failure waits to be reported. */
  get hasQueued(): boolean {
    return this.#queue.length > 0
  }

  /** Reports what is queued now, but not what is added meanwhile. */
  flushQueued(): void {
    if (!this.#isReporting) this.flush()
  }

  /** Also works inside a listener: the process may be ending in it. */
  flush(): void {
    this.#isReporting = true
    this.#count = 0
    this.#bytes = 0
    let left = this.#queue.length
    try {
      this.#keepQueued()
      for (; left > 0; left--) {
        const [report] = this.#queue
        if (!report) break
        // It stays in the queue until its callbacks are called, so that an error near the end of the stack skips none.
        this.#callCallbacks(report)
        if (this.#queue[0] === report) this.#queue.shift()
        this.#announceReport(report)
      }
    } finally {
      this.#isReporting = false
      // A listener has made calls that failed, too. In microtasks this could continue forever and block the event loop.
      if (this.#queue.length > 0) setImmediate(() => this.flushQueued())
      else this.#rest()
    }
  }

  /** The queue is empty: resets the counters, so that the next failure is scheduled. */
  #rest(): void {
    this.#count = 0
    this.#bytes = 0
    if (this.#exitHook) removeExitHook(this.#exitHook)
  }

  /**
   * The process is ending: reports what is queued now. Listeners may make calls meanwhile; messages that give way to these
   * are reported, too, while there is time. Calls of listeners that fail are only counted: reporting them might never end.
   *
   * @param timeLeft milliseconds
   */
  flushLast(timeLeft: number): void {
    // Inside a listener: the loop below will report what was added.
    if (this.#isLast) {
      this.#keepQueued()
      return
    }
    this.#isLast = true
    const end = performance.now() + timeLeft
    try {
      do this.flush()
      while (this.#queue.some(({ wasAccepted }) => wasAccepted) && performance.now() < end)
    } finally {
      this.#isLast = false
    }
    const left = this.#count
    if (left > 0)
      writeStderr(
        `${left} more ${left === 1 ? 'call has' : 'calls have'} failed as the process ended`,
      )
  }

  /** Done before anything is reported, because a listener may end the process. All in one write. */
  #keepQueued(): void {
    // A function that makes failing calls must not recurse.
    if (!this.#deadLetters || this.#isKeeping) return
    this.#isKeeping = true
    const failures = this.#queue
      .filter(({ error }) => !error)
      .map((report) => ({ error: errorFor(report), type: report.type }))
    this.#deadLetters.keep(failures)
    this.#isKeeping = false
  }

  #callCallbacks(report: Report): void {
    const { callbacks } = report
    const error = errorFor(report)
    while (report.called < callbacks.length) {
      const [callback, index] = callbacks[report.called++] ?? []
      const message = index === undefined ? undefined : error.messages[index]
      if (callback && message) this.callBack(callback, error, message)
    }
  }

  #announceReport(report: Report): void {
    for (const message of report.afterClose) this.#emitAfterClose(message())
    this.#announce(errorFor(report))
  }

  #emitAfterClose(message: Message): void {
    // A listener has received it, so no warning is needed.
    if (this.#emitter.emit('call_after_close', message)) this.#warned.add('closed')
  }

  get #isHeard(): boolean {
    return this.#deadLetters !== undefined || this.#emitter.listenerCount('error') > 0
  }

  /** Calls the callback of a call with the outcome of its message. */
  callBack(callback: Callback, error: AnalyticsError | undefined, event: Message): void {
    this.#userCode.call('a callback', () => callback(error, { event }))
  }

  /**
   * Reports failed messages.
   *
   * @param callBack calls the callbacks of their calls, after the messages are kept and before listeners are called
   */
  report(error: AnalyticsError, callBack: () => void): void {
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
      `SELFSAME_${error.code.toUpperCase() as Uppercase<typeof error.code>}`,
      `${error.code}: ${error.message}. ${where}; further ones of this code are only counted in stats().`,
    )
  }

  /** Warns, even in the last turn of a process, when process warnings are no longer printed. */
  warn(code: WarningCode, text: string): void {
    if (this.#isLast) writeStderr(text)
    else warn(code, text)
  }
}

function errorFor(report: Report): AnalyticsError {
  const { code, reason, cause, messages } = report
  return (report.error ??= new AnalyticsError(code, reason, {
    cause,
    messages: () => messages.map((read) => read()),
  }))
}
