// The client and its methods.

import { AsyncResource } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AnalyticsCalls } from './analytics-calls.js'
import { toError } from '../runtime/describe-value.js'
import { bindMethods } from './bind-methods.js'
import { BoundAnalytics } from './bound-analytics.js'
import { deadLettersFor, type DeadLetters } from '../failures/dead-letter/index.js'
import { ClientExit } from '../exit/client-exit.js'
import { Delivery } from '../delivery/delivery.js'
import type { Queryable } from '../delivery/queue-factory.js'
import { addExitHook, releaseHooks, removeExitHook } from '../exit/hooks.js'
import { countsOf, statsOf } from './counts.js'
import type { CloseOptions, Counts, FlushOptions, Stats } from './stats.js'
import { TransactionAnalytics, transactionFor } from './transaction-analytics.js'
import { AnalyticsError } from '../spec/error.js'
import { SafeEmitter } from './emitter.js'
import { brokenCall, checkCallback, failedCall, refusedCall, tooLarge } from './failed-call.js'
import { closeTimeout, milliseconds } from './timeout.js'
import { inMicrotask } from '../runtime/timer.js'
import { enterUserCode, UserCode } from '../runtime/user-code.js'
import { Composer, type Binding } from '../message/compose.js'
import { Middlewares, type Middleware } from '../message/middleware.js'
import { notSerializable, Serializer } from '../message/serialize.js'
import type { AliasCall, Message, MessageType } from '../spec/messages.js'
import type * as Planned from '../spec/planned-calls.js'
import type { PlannedMessage } from '../spec/planned-message.js'
import { planGuardFor, violationError, type PlanGuard, type Verdict } from './plan-guard.js'
import { inspectAsStats } from './inspection.js'
import { Settlement } from './settlement.js'
import type { AnalyticsOptions, DisabledOptions } from './options/analytics-options.js'
import { readOptions, type Settings } from './options/read-options.js'
import { connect, spawnSettingsFor } from './connect.js'
import { ErrorReporter, type Callback, type FailedCall } from '../failures/error-reporter.js'
import { version } from '../runtime/version.js'

/**
 * A client. It collects the messages of its calls, and delivers them in the background.
 *
 * Every call ends in exactly one of: delivered, or reported once as failed. Its methods are bound: they may be passed
 * around.
 *
 * @typeParam P the type of its plan, inferred from the option: `Analytics<typeof plan>`
 */
export class Analytics<P extends Planned.MaybePlan = undefined>
  extends SafeEmitter
  implements AnalyticsCalls<P>
{
  /** @deprecated For code written for `@segment/analytics-node`: there is nothing to wait for. */
  readonly ready = Promise.resolve()
  readonly #userCode: UserCode
  readonly #settings: Settings
  readonly #composer: Composer
  readonly #serializer: Serializer
  readonly #delivery: Delivery
  readonly #reporter: ErrorReporter
  readonly #settlement: Settlement
  readonly #disconnect: () => void
  readonly #nextTurn: () => Promise<void>
  readonly #clientExit: ClientExit | undefined
  readonly #deadLetters: DeadLetters | undefined
  /** Only if there is a plan: without one a call pays for nothing. */
  readonly #planGuard: PlanGuard | undefined
  /** Only if there are any, likewise. */
  #middlewares: Middlewares | undefined
  #closing: Promise<void> | undefined
  /** Whether the exit hook is set for pending messages. */
  #isPending = false

  /** @throws TypeError that names the option that is wrong, the value's type and what is allowed. */
  constructor(options: AnalyticsOptions<P> | DisabledOptions<P>) {
    const userCode = new UserCode()
    super(userCode)
    const settings = readOptions(options)
    const { url, flushOnExit, exitTimeout } = settings
    this.#userCode = userCode
    this.#settings = settings
    this.#composer = new Composer(settings, process.env.NODE_ENV !== 'production')
    this.#serializer = new Serializer(this.#composer.context)
    this.#deadLetters = deadLettersFor(settings.disable ? undefined : settings.deadLetter, userCode)
    this.#reporter = new ErrorReporter(this, userCode, this.#deadLetters, flushOnExit)
    this.#planGuard = planGuardFor(settings, this, userCode, this.#reporter)
    this.#settlement = new Settlement(
      this,
      this.#reporter,
      settings.delivery?.place ?? new URL(url).origin,
      {
        onDrained: () => {
          this.#isPending = false
          if (this.#clientExit) removeExitHook(this.#clientExit)
        },
        onRestored: () => {
          this.#isPending = true
          if (this.#clientExit) addExitHook(this.#clientExit)
        },
      },
    )
    const { carrier, credentials, disconnect } = connect(options, settings, this, this.#reporter)
    this.#disconnect = disconnect
    this.#nextTurn = carrier.nextTurn ?? nextTurn
    // Fields added to a body are part of its size.
    const maxBatchBytes = settings.maxBatchBytes - Buffer.byteLength(credentials.bodyFields)
    this.#delivery = new Delivery({ ...settings, ...carrier, maxBatchBytes }, this.#settlement)
    this.#clientExit = flushOnExit
      ? new ClientExit({
          delivery: this.#delivery,
          exitTimeout,
          settings: () => spawnSettingsFor(settings, credentials, carrier),
          lastProblem: () => this.#settlement.problem,
          isAwaited: () => this.#delivery.mustDrain && this.listenerCount('drain') > 0,
          reportFailures: (timeLeft) => this.#reporter.flushLast(timeLeft),
        })
      : undefined
    inspectAsStats(this, () => Analytics.prototype.stats.call(this))
    bindMethods(this)
  }

  /**
   * Says who a user is, and what is known of them (Segment spec: Identify).
   *
   * @param callback called once when the message is delivered, or with an error when it has failed
   * @returns false if callers should wait for the event `drain` before they continue
   * @throws AnalyticsError `invalid_message` if the option `onInvalid` is 'throw'
   */
  identify(call: Planned.PlannedIdentify<P>, callback?: Callback): boolean {
    return this.#call('identify', call, callback)
  }

  /** Records what a user did (Segment spec: Track). As `identify` for the rest. */
  track<Event extends Planned.EventName<P>>(
    call: Planned.PlannedTrack<P, Event>,
    callback?: Callback,
  ): boolean {
    return this.#call('track', call, callback)
  }

  /** Records the view of a web page (Segment spec: Page). As `identify` for the rest. */
  page<Name extends Planned.PageName<P>>(
    call: Planned.PlannedPage<P, Name>,
    callback?: Callback,
  ): boolean {
    return this.#call('page', call, callback)
  }

  /** Records the view of a screen of an app (Segment spec: Screen). As `identify` for the rest. */
  screen<Name extends Planned.ScreenName<P>>(
    call: Planned.PlannedScreen<P, Name>,
    callback?: Callback,
  ): boolean {
    return this.#call('screen', call, callback)
  }

  /** Says which group a user belongs to, and what is known of it (Segment spec: Group). As `identify` for the rest. */
  group(call: Planned.PlannedGroup<P>, callback?: Callback): boolean {
    return this.#call('group', call, callback)
  }

  /** Joins two ids of one user, for destinations that need it (Segment spec: Alias). As `identify` for the rest. */
  alias(call: AliasCall, callback?: Callback): boolean {
    return this.#call('alias', call, callback)
  }

  /**
   * The same six calls with ids and context that you need not repeat: for a request, a job, a user.
   * The fields of a call win. Nothing is kept from one call to the next.
   */
  with(binding: Binding): BoundAnalytics<P> {
    return new BoundAnalytics<P>(this.#call.bind(this), binding)
  }

  /**
   * The same six calls, whose messages are added to the queue of `delivery: graphileWorker(…)` on a transaction of yours:
   * they are sent if it is committed, and only then (docs/transactional-outbox.md). No count includes them.
   *
   * @param db the client of pg on which the transaction is, or an adapter with its `query()`
   * @throws TypeError if the client's queue cannot take part in a transaction
   */
  inTransaction(db: Queryable): TransactionAnalytics<P> {
    const add = transactionFor(this.#settings, db)
    return new TransactionAnalytics<P>(this.#call.bind(this), add)
  }

  /**
   * Registers a function that sees every message before it is sent: to add to it, redact it, or drop it (docs/middleware.md).
   * Several run in the order in which they were registered, each on what the one before returned.
   *
   * @param middleware gets a complete copy of the message, which it may change, and returns the message to send, or null to
   * drop it. If it throws or returns anything else, that message alone fails.
   * @returns the client
   * @throws TypeError if it is not a function
   */
  use(middleware: (message: PlannedMessage<P>) => Message | null): this {
    this.#middlewares ??= new Middlewares(this.#serializer)
    this.#middlewares.add(middleware as Middleware)
    return this
  }

  /**
   * Sends everything called before without waiting for more, and resolves when each of these messages is delivered or
   * has failed, and its callback was called (an asynchronous one is waited for, for a second at most). May overlap with any other flush. Never rejects.
   *
   * @returns the counts since the client was made; what `timeout` cut short is still pending
   */
  async flush(options?: FlushOptions | null): Promise<Counts> {
    const timeout = milliseconds(options?.timeout)
    if (options?.close === true) return this.close({ timeout })
    await this.#untilTold(timeout, () => this.#delivery.flush(timeout))
    return this.#counts()
  }

  /**
   * Accepts no more calls, delivers what is pending, and lets the process end. What is not delivered within `timeout`
   * fails as `timeout`. Never rejects. Called again, it waits for the first call to end, or for its own timeout.
   *
   * @returns the counts since the client was made
   */
  async close(options?: CloseOptions | null): Promise<Counts> {
    const timeout = milliseconds(options?.timeout) ?? closeTimeout
    if (this.#closing) {
      await Promise.race([this.#closing, this.#delivery.flush(timeout)])
    } else {
      this.#closing = this.#untilTold(timeout, () => this.#close(timeout))
      await this.#closing
    }
    return this.#counts()
  }

  /** `close()`, under the name that it has in `@segment/analytics-node`. */
  closeAndFlush(options?: CloseOptions | null): Promise<Counts> {
    return this.close(options)
  }

  /** For `await using analytics = new Analytics(…)`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** @deprecated For code written for `@segment/analytics-node`: `version` is an export of its own. */
  get VERSION(): string {
    return version
  }

  /** The client's counts and how its delivery is doing, as of now. */
  stats(): Stats {
    return statsOf(this.#delivery, {
      filtered: this.#middlewares?.filtered ?? 0,
      deadLettered: this.#deadLetters?.count ?? 0,
    })
  }

  #call(
    type: MessageType,
    call: unknown,
    callback: Callback | undefined,
    binding?: Binding,
  ): boolean {
    if (this.#settings.disable) return this.#ignore(call, callback)
    // It belongs to the request that passed it, not to the one that happens to settle its message.
    let token: Callback | undefined
    let text: string
    let verdict: Verdict | undefined
    try {
      checkCallback(callback)
      token = callback ? AsyncResource.bind(callback) : undefined
      enterUserCode()
      const message = this.#composer.compose(type, call, binding)
      verdict = this.#planGuard?.check(type, message, this.#composer.context)
      text = this.#serializer.serialize(message)
    } catch (error) {
      return this.#refuse(type, error, call, token)
    }
    if (verdict?.outcome === 'throw') throw violationError(verdict, text)
    if (this.#middlewares) {
      const passed = this.#middlewares.pass(text)
      if (typeof passed !== 'string') return this.#stop(passed, text, token)
      text = passed
    }
    if (verdict) this.#planGuard?.note(verdict, text)
    // From here to the end of the call no code of a user's runs: the call changes the counts and the outbox as a whole.
    if (this.#closing) {
      const failed = failedCall('closed', `${type}() was called after close()`, text, token)
      this.#delivery.counters.whileFailing(failed.code, () => this.#reporter.afterClose(failed))
      this.#endCall()
      return true
    }
    if (verdict?.outcome === 'drop') {
      this.#fail(failedCall('plan_violation', verdict.reason, text, token))
      return this.#endCall()
    }
    const delivery = this.#delivery
    const appended = binding?.append?.(text) ?? delivery.append(text, token)
    if (appended === 'too_large') {
      const reason = tooLarge(text, delivery.outbox.maxMessageBytes)
      this.#fail(failedCall('message_too_large', reason, text, token))
    } else if (appended === 'full') {
      this.#fail(failedCall('queue_full', delivery.obstacle, text, token))
    }
    return this.#endCall()
  }

  /** Does what follows from a call, when its changes are complete. Returns whether callers may continue. */
  #endCall(): boolean {
    try {
      const delivery = this.#delivery
      if (this.#clientExit && !this.#isPending && delivery.outbox.count > 0) {
        this.#isPending = true
        addExitHook(this.#clientExit)
      }
      delivery.scheduleMissed()
      // Within a middleware a listener's calls would be refused as the middleware's own: the outer call reports.
      if (this.#middlewares?.isRunning !== true) {
        this.#planGuard?.tell()
        this.#reporter.flushIfFull()
      }
      return !delivery.checkHighWater()
    } catch {
      // Near the end of the stack. The call is complete; the next one does what is left.
      this.#isPending = false
      return true
    }
  }

  #ignore(call: unknown, callback: Callback | undefined): boolean {
    if (typeof callback === 'function') {
      inMicrotask(() => {
        this.#reporter.callBack(callback, undefined, call as Message)
      })
    }
    return true
  }

  /** A call that never became a message. */
  #refuse(
    type: MessageType,
    thrown: unknown,
    call: unknown,
    callback: Callback | undefined,
  ): boolean {
    const known = toError(thrown)
    const error = known instanceof AnalyticsError ? known : notSerializable(known)
    const { code, message, cause } = error
    if (code === 'invalid_message' && this.#settings.onInvalid === 'throw') {
      throw new AnalyticsError(code, message, { cause, messages: [call as Message] })
    }
    this.#fail(refusedCall(error, type, call, callback))
    return this.#endCall()
  }

  /** A message that a middleware dropped, or broke: the caller is not at fault, so it is never thrown. */
  #stop(error: AnalyticsError, text: string, callback: Callback | undefined): boolean {
    if (error.code !== 'filtered') {
      this.#fail(brokenCall(error, text, callback))
    } else if (callback) {
      inMicrotask(() => this.#reporter.callBack(callback, error, JSON.parse(text) as Message))
    }
    return this.#endCall()
  }

  /** A call that the outbox did not take. */
  #fail(failed: FailedCall): void {
    this.#delivery.counters.whileFailing(failed.code, () => this.#reporter.queue(failed))
  }

  async #close(timeout: number): Promise<void> {
    // A batch that waits for its backoff gets one more try, instead of outlasting this wait.
    this.#delivery.sender.expedite()
    await this.#delivery.flush(timeout)
    const { problem } = this.#settlement
    this.#delivery.stop({
      code: 'timeout',
      reason: `not delivered within ${timeout} ms of close()${problem === undefined ? '' : `: ${problem}`}`,
    })
    this.#reporter.flushQueued()
    // What an outbox on disk still holds no longer belongs to this client.
    if (this.#clientExit) removeExitHook(this.#clientExit)
    this.#disconnect()
    releaseHooks()
  }

  /**
   * Node emits warnings in a tick of their own. If messages have failed it is awaited: `process.exit()` often
   * follows a flush, and would swallow them.
   */
  async #untilTold(timeout: number | undefined, work: () => Promise<unknown>): Promise<void> {
    const { failed } = this.#delivery.counters
    // Callbacks of messages that were settled before. One of them may be our caller, which waits for us.
    const before = this.#userCode.calls
    const started = performance.now()
    await work()
    if (this.#delivery.counters.failed > failed || this.#reporter.hasQueued) await this.#nextTurn()
    await this.#userCode.settled((timeout ?? Infinity) - (performance.now() - started), before)
  }

  #counts(): Counts {
    return countsOf(this.#delivery, this.#settings.delivery !== undefined)
  }
}
