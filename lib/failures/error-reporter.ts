// Failures on their way to listeners: what fails within a call is reported after it; without a listener a warning is printed.

import type { DeadLetters } from './dead-letter/index.js'
import { addExitHook, removeExitHook, type ExitHook } from '../exit/hooks.js'
import { AnalyticsError } from '../spec/error.js'
import type { ErrorCode } from '../runtime/error-codes.js'
import { inMicrotask } from '../runtime/timer.js'
import type { UserCode } from '../runtime/user-code.js'
import { warn, type WarningCode } from '../runtime/warnings.js'
import { writeStderr } from '../exit/write-stderr.js'
import type { Message, MessageType } from '../spec/messages.js'

/** What callbacks and the events `identify` … `alias` are given: a message that has been settled. */
export interface Context {
  /** The message as it was sent, or would have been. */
  readonly event: Message
}

/** Listeners of a client, as far as failures concern them. */
export interface FailureEmitter {
  listenerCount(event: 'error' | 'call_after_close'): number
  emit(event: 'error', error: AnalyticsError): boolean
  emit(event: 'call_after_close', message: Message): boolean
}

/** A caller's callback. */
export type Callback = (error: AnalyticsError | undefined, context: Context) => unknown

/** A call that has failed, and what is kept of it until that is reported. */
export interface FailedCall {
  readonly code: ErrorCode
  readonly reason: string
  /** Reads the message. */
  readonly message: () => Message
  /** What is kept in memory for it, in bytes. */
  readonly size: number
  readonly callback: Callback | undefined
  readonly cause?: unknown
  /** Of a call that never became a message. */
  readonly type?: MessageType | undefined
  /** Whether the call was accepted, and its message has given way to a newer one. */
  readonly wasAccepted?: boolean
}

interface Report {
  readonly code: ErrorCode
  readonly reason: string
  readonly cause: unknown
  /** Reads one message each: most are never looked at. */
  readonly messages: (() => Message)[]
  readonly callbacks: (readonly [callback: Callback, index: number])[]
  /** How many of the callbacks were called. */
  called: number
  /** Of the messages of late calls, those for which `call_after_close` is still to be emitted. */
  readonly afterClose: (() => Message)[]
  /** Of calls that never became messages. */
  readonly type: MessageType | undefined
  readonly wasAccepted: boolean
  /** Made when it is first needed; nothing is added to the report after that. */
  error?: AnalyticsError
}

// A burst of failing calls without a pause must not fill the memory: past these they are reported at the end of a call.
const maxQueued = 1_000
const maxQueuedBytes = 1024 * 1024

export class ErrorReporter {
  readonly #emitter: FailureEmitter
  readonly #userCode: UserCode
  readonly #deadLetters: DeadLetters | undefined
  /** While a failure waits for its microtask the process may end. */
  readonly #exitHook: ExitHook | undefined
  readonly #warned = new Set<ErrorCode>()
  #queue: Report[] = []
  #count = 0
  #bytes = 0
  #isReporting = false
  #isKeeping = false
  #isLast = false
  #isEmittingAfterClose = false
  /** Whether what waits could not be scheduled: there was no stack left for it. */
  #isUnscheduled = false

  /** @param flushOnExit whether what waits is reported when the process ends */
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
   * A call has failed. It is reported in the next microtask, so that no listener runs inside a call; failures of one
   * kind that follow each other are reported as one error. If it throws, which it may near the end of the stack,
   * nothing has changed.
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
    // Messages that nobody will look at are not kept.
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
    // From here on nothing is called that could throw, not even near the end of the stack: all of it happens or nothing.
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
   * To be called at the end of a call, when all that it changes is complete: reports what waits if it has become too
   * much to keep.
   */
  flushIfFull(): void {
    if (this.#isUnscheduled) this.#schedule()
    if (this.#count >= maxQueued || this.#bytes >= maxQueuedBytes) this.flushQueued()
  }

  /** Whether any failure waits to be reported. */
  get hasQueued(): boolean {
    return this.#queue.length > 0
  }

  /** Reports what waits, but not what is added meanwhile. */
  flushQueued(): void {
    if (!this.#isReporting) this.flush()
  }

  /** Also from within a listener: the process may be ending in it. */
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
        // Left in its place until its callbacks are called: what throws near the end of the stack cuts none of them off.
        this.#callCallbacks(report)
        if (this.#queue[0] === report) this.#queue.shift()
        this.#announceReport(report)
      }
    } finally {
      this.#isReporting = false
      // A listener has made calls that failed too. In a microtask they could follow each other for ever, and the event
      // loop would never turn again.
      if (this.#queue.length > 0) setImmediate(() => this.flushQueued())
      else this.#rest()
    }
  }

  /** Nothing waits any more, nor what a listener has added to a report that was then told. The next one is scheduled. */
  #rest(): void {
    this.#count = 0
    this.#bytes = 0
    if (this.#exitHook) removeExitHook(this.#exitHook)
  }

  /**
   * The process is ending: what waits is reported now, and so are messages that give way to calls which listeners make
   * meanwhile, as long as there is time. Calls of theirs that fail are only counted: to report them could go on for ever.
   *
   * @param timeLeft milliseconds
   */
  flushLast(timeLeft: number): void {
    // From within a listener: the loop below sees what was added.
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

  /** Before anything is reported: a listener may end the process. All in one write. */
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
    // Somebody has heard of it: that is no reason for a warning.
    if (this.#emitter.emit('call_after_close', message)) this.#warned.add('closed')
  }

  get #isHeard(): boolean {
    return this.#deadLetters !== undefined || this.#emitter.listenerCount('error') > 0
  }

  /** Reports to a call how its message ended. */
  callBack(callback: Callback, error: AnalyticsError | undefined, event: Message): void {
    this.#userCode.call('a callback', () => callback(error, { event }))
  }

  /**
   * Messages have failed.
   *
   * @param callBack calls the callbacks of their calls: after the messages are kept, before listeners are called
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

  /** Warns, also in the last turn of a process, when a process warning would not be printed any more. */
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
