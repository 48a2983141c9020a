// A client for tests: the real one, whose messages stay in memory.

import timers from 'node:timers'
import { Analytics } from '../client/analytics.js'
import type { BoundAnalytics } from '../client/bound-analytics.js'
import { standInKey } from '../client/connect.js'
import type { AnalyticsOptions } from '../client/options/analytics-options.js'
import type { Binding } from '../client/index.js'
import { describeValue, toError } from '../runtime/describe-value.js'
import type { AnalyticsError } from '../spec/error.js'
import { messageTypes, type Id, type Message, type MessageType } from '../spec/messages.js'
import type { EventName, MaybePlan } from '../spec/planned-calls.js'
import { listOf } from './listing.js'
import { MemorySink } from './memory-sink.js'
import { readFilter, type MessageFilter, type MessagePattern } from './message-filter.js'
import type { Scope } from './note.js'
import { Refusal, type FailOptions } from './refusals.js'
import { subjectKey, type Subject } from './subject.js'

/** Those of production may be passed: options of the delivery have no effect, and a write key is not needed. */
export type TestAnalyticsOptions<P extends MaybePlan = undefined> = Partial<AnalyticsOptions<P>>

export interface WaitForOptions {
  /**
   * Milliseconds after which the promise is rejected. Measured by the real clock, also with fake timers.
   * @default 1_000
   */
  timeout?: number | undefined
}

/**
 * A client whose messages stay in memory. Everything else is that of production: a call is composed, checked, passed to
 * the middlewares and serialised; callbacks and events follow. Nothing is sent, and no timer is needed. With the option
 * `plan` calls are typed and checked by it.
 *
 * @throws TypeError for a wrong option, as `new Analytics()` does
 */
export function testAnalytics<const P extends MaybePlan = undefined>(
  options: TestAnalyticsOptions<P> = {},
): TestAnalytics<P> {
  return new TestAnalytics(options)
}

// Taken now, and not the global one: a test replaces it, and would wait in vain.
const { setTimeout: later, clearTimeout: cancel } = timers

/**
 * What `testAnalytics()` returns.
 *
 * @typeParam P the type of its plan
 */
export class TestAnalytics<P extends MaybePlan = undefined> extends Analytics<P> {
  readonly #sink: MemorySink
  readonly #isDisabled: boolean
  readonly #waiters: Set<() => void>
  #errors: AnalyticsError[] = []

  /** @internal Made by `testAnalytics()`. */
  constructor(options: TestAnalyticsOptions<P>) {
    const waiters = new Set<() => void>()
    const sink = new MemorySink(() => {
      for (const look of waiters) look()
    })
    const settings = {
      ...options,
      writeKey: options.writeKey ?? 'test',
      outbox: sink.outbox,
      [standInKey]: sink.carrier,
      flushAt: 1,
      maxBatchSize: 1,
      maxInFlight: 1,
      maxRetries: 0,
      maxRetryDuration: 0,
      // A test that ends before its messages are settled has lost nothing.
      flushOnExit: false,
    }
    super(settings)
    this.#sink = sink
    this.#waiters = waiters
    this.#isDisabled = options.disable === true
    this.on('error', (error) => this.#errors.push(error))
    Object.defineProperty(this, subjectKey, { value: () => this.#subject() })
  }

  /**
   * What a service would have got, in the order of the calls: there as soon as the call has returned. What `fail()` lets
   * fail is not in it.
   */
  get messages(): Message[] {
    return this.#sink.taken.map(({ message }) => message)
  }

  /** What the event `error` has reported, since the client was made or reset. */
  get errors(): AnalyticsError[] {
    return [...this.#errors]
  }

  /** The messages that a filter means: `analytics.sent('type:page name:Pricing')`. */
  sent(filter: MessageFilter): Message[] {
    const { matches } = readFilter(filter)
    return this.messages.filter((message) => matches(message))
  }

  /** The track messages; those of one event, and with these properties among others. */
  tracked(event?: EventName<P>, properties?: MessagePattern['properties']): Message[] {
    return this.sent(given({ type: 'track', event, properties }))
  }

  /** The identify messages; those of one user, and with these traits among others. */
  identified(userId?: Id, traits?: MessagePattern['traits']): Message[] {
    return this.sent(
      given({
        type: 'identify',
        userId: userId === undefined ? undefined : String(userId),
        traits,
      }),
    )
  }

  /**
   * Resolves with the first message that the filter means, at once if it is there.
   *
   * @throws FilterError, and an Error that lists what has arrived instead when the time is over
   */
  async waitFor(filter: MessageFilter, { timeout = 1_000 }: WaitForOptions = {}): Promise<Message> {
    const { matches, shown } = readFilter(filter)
    if (typeof timeout !== 'number' || !(timeout >= 0)) {
      throw new TypeError(`waitFor: timeout is ${describeValue(timeout)}; allowed: 0 or more`)
    }
    return new Promise((resolve, reject) => {
      const end = (): void => {
        cancel(timer)
        this.#waiters.delete(look)
      }
      const look = (): void => {
        try {
          const found = this.messages.find((message) => matches(message))
          if (!found) return
          resolve(found)
        } catch (error) {
          reject(toError(error))
        }
        end()
      }
      const timer = later(
        () => {
          end()
          reject(new Error(`waited ${timeout} ms for ${shown}\n\n${listOf(this.#subject())}`))
        },
        Math.min(timeout, 2 ** 31 - 1),
      )
      this.#waiters.add(look)
      look()
    })
  }

  /**
   * Lets messages fail, from the next call on: they are not in `messages`, and callbacks, the event `error` and dead
   * letters hear of it, as in production. Of several the first that means a message decides.
   *
   * @throws TypeError that names what is wrong, FilterError
   */
  fail(options: FailOptions = {}): this {
    this.#sink.refuse(new Refusal(options))
    return this
  }

  /**
   * Forgets messages and errors, and ends every `fail()`. Counts (`stats()`), listeners and middlewares stay, and so
   * does a `close()`.
   */
  reset(): this {
    this.#sink.forget()
    this.#errors = []
    return this
  }

  override with(binding: Binding): BoundAnalytics<P> {
    return this.#scoped(super.with(binding), [])
  }

  /** What is sent through it can be asked of it. */
  #scoped(bound: BoundAnalytics<P>, outer: readonly Scope[]): BoundAnalytics<P> {
    const own = Symbol('scope')
    const scopes = [...outer, own]
    const replace = (name: MessageType | 'with', value: unknown): void => {
      Object.defineProperty(bound, name, {
        value,
        writable: true,
        configurable: true,
        enumerable: true,
      })
    }
    for (const type of messageTypes) {
      const call = bound[type] as (...args: unknown[]) => boolean
      replace(type, (...args: unknown[]) => this.#sink.within(scopes, () => call(...args)))
    }
    const bind = bound.with
    replace('with', (binding: Binding) => this.#scoped(bind(binding), scopes))
    Object.defineProperty(bound, subjectKey, { value: () => this.#subject(own) })
    return bound
  }

  #subject(scope?: Scope): Subject {
    const notes = this.#sink.taken.filter(
      ({ scopes }) => scope === undefined || scopes.includes(scope),
    )
    return {
      messages: notes.map(({ message }) => message),
      errors: this.errors,
      obstacle: this.#isDisabled ? 'the client is disabled (option disable)' : undefined,
    }
  }
}

/** The fields that were given. */
function given(pattern: MessagePattern): MessagePattern {
  return Object.fromEntries(Object.entries(pattern).filter(([, value]) => value !== undefined))
}
