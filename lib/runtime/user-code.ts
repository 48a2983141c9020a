// The gate to code that is not ours: listeners, callbacks, middlewares, getters and functions given as options.
//
// All calls into such code pass through here, so that one rule can be enforced in one place: whenever user code runs,
// every outbox and count is consistent, because the code may call back into the client, throw, or never return.

import { errorText } from './describe-value.js'
import { within } from './within.js'
import { isThenable } from './value-kinds.js'
import { isMilestone, warn } from './warnings.js'

/** How long to wait for asynchronous callbacks, in milliseconds. */
const longestWait = 1_000

// Module state on purpose, for tests alone: they check here that nothing is in the middle of a change.
let observer: (() => void) | undefined

/** For tests: calls `observe` each time before user code runs. Returns a function that ends this. */
export function observeUserCode(observe: () => void): () => void {
  observer = observe
  return () => (observer = undefined)
}

/** Call this before reading a user's values: their getters, Proxies and toJSON are code too. */
export function enterUserCode(): void {
  observer?.()
}

/** Calls a user's function. What it throws is passed on. */
export function callUserCode<T>(code: () => T): T {
  enterUserCode()
  return code()
}

/** Calls user code on behalf of one client, and contains its errors. */
export class UserCode {
  /** Asynchronous code that is still running, by the number of its call. */
  readonly #running = new Map<number, Promise<void>>()
  #calls = 0
  /** How often user code has thrown, by what it is: 'a callback'. */
  readonly #thrown = new Map<string, number>()

  /**
   * What the code throws or rejects with ends here. It becomes a process warning, the 1st, 10th, 100th … time.
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
   * Asks for an answer now. If the code throws, or returns a promise, there is none, and a process warning says so, the
   * 1st, 10th, 100th … time.
   *
   * @returns undefined if there is no answer
   */
  ask<T>(where: string, question: () => T): T | undefined {
    let answer: T | undefined
    this.call(where, () => {
      const given = question()
      if (isThenable(given)) {
        // Nobody else handles its rejection, which would end the process.
        Promise.resolve(given).catch(() => undefined)
        throw new TypeError('it returned a promise; allowed: an answer at once')
      }
      answer = given
    })
    return answer
  }

  /** The number of calls begun so far, for `settled`. */
  get calls(): number {
    return this.#calls
  }

  /**
   * Resolves when asynchronous code has finished, or after `timeout` milliseconds, but at most a second.
   *
   * @param from skips this many calls: one of them may itself be waiting for this
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
