// The gate to code that is not ours: listeners, callbacks, middlewares, getters and functions given as options.
//
// All calls into such code pass through here, so that one rule can be kept and checked in one place: when a user's code
// runs, every outbox and count is consistent, because the code may call back into the client, throw, or never return.

import { errorText } from './describe-value.js'
import { within } from './timer.js'
import { isThenable } from './value-kinds.js'
import { isMilestone, warn } from './warnings.js'

/** How long asynchronous callbacks are waited for, in milliseconds: they are not ours to speed up. */
const longestWait = 1_000

// Module state on purpose, and for tests alone: they check there that nothing is in the middle of a change.
let observer: (() => void) | undefined

/** For tests: calls `observe` each time before a user's code runs. Returns a function that ends this. */
export function observeUserCode(observe: () => void): () => void {
  observer = observe
  return () => (observer = undefined)
}

/** To be called before values of a user's are read: their getters, Proxies and toJSON are code too. */
export function enterUserCode(): void {
  observer?.()
}

/** Calls a user's function. What it throws comes through. */
export function callUserCode<T>(code: () => T): T {
  enterUserCode()
  return code()
}

/** Calls into users' code on behalf of one client. Nothing that the code does wrong comes back. */
export class UserCode {
  /** Asynchronous code that has not finished, by the number of its call. */
  readonly #running = new Map<number, Promise<void>>()
  #calls = 0
  /** How often a user's code has thrown, by where it was called. */
  readonly #thrown = new Map<string, number>()

  /**
   * What the code throws or rejects with is a bug of its own: it becomes a process warning, the 1st, 10th, 100th …
   * time, and ends there.
   *
   * @param where for the warning: 'a callback'
   */
  call(where: string, code: () => unknown): void {
    const number = this.#calls++
    try {
      const result = callUserCode(code)
      if (isThenable(result)) this.#watch(where, number, result)
    } catch (error) {
      this.#warn(where, error)
    }
  }

  /**
   * Asks for an answer at once. If the code throws, or returns a promise, there is none, and a process warning says so,
   * the 1st, 10th, 100th … time.
   *
   * @returns undefined if there is no answer
   */
  ask<T>(where: string, question: () => T): T | undefined {
    let answer: T | undefined
    this.call(where, () => {
      const given = question()
      if (isThenable(given)) {
        // Nobody else would handle its rejection, and that would end the process.
        Promise.resolve(given).catch(() => undefined)
        throw new TypeError('it returned a promise; allowed: an answer at once')
      }
      answer = given
    })
    return answer
  }

  /** How many calls have begun, for `settled`. */
  get calls(): number {
    return this.#calls
  }

  /**
   * Resolves when asynchronous code has finished, or after `timeout` milliseconds, of which one second counts.
   *
   * @param from the number of calls that are not waited for: one of them may itself be waiting for this
   */
  async settled(timeout: number, from: number): Promise<void> {
    const awaited = [...this.#running].filter(([number]) => number >= from).map(([, end]) => end)
    if (awaited.length === 0) return
    await within(Math.min(timeout, longestWait), Promise.all(awaited))
  }

  #watch(where: string, number: number, result: PromiseLike<unknown>): void {
    const end = Promise.resolve(result)
      .then(undefined, (error: unknown) => this.#warn(where, error))
      .then(() => void this.#running.delete(number))
    this.#running.set(number, end)
  }

  #warn(where: string, error: unknown): void {
    const times = (this.#thrown.get(where) ?? 0) + 1
    this.#thrown.set(where, times)
    if (!isMilestone(times)) return
    const often = times > 1 ? `has thrown ${times} times; most recently` : 'threw'
    warn('SELFSAME_LISTENER_THREW', `${where} ${often}: ${errorText(error)}`)
  }
}
