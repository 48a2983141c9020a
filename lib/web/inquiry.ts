// Asks code that is not ours, in the course of a request: an app's options, a framework's getters, a reader of cookies.

import { UserCode } from '../runtime/user-code.js'
import { isThenable } from '../runtime/value-kinds.js'

export class Inquiry {
  readonly #userCode = new UserCode()

  /**
   * What the code throws costs its answer, never the request: it becomes a process warning, the 1st, 10th, 100th … time.
   * So does a promise, since no request waits for one.
   *
   * @param whom for the warning: 'option ip'
   * @returns undefined if there is no answer
   */
  ask<T>(whom: string, question: () => T): T | undefined {
    let answer: T | undefined
    this.#userCode.call(`requestAnalytics: ${whom}`, () => {
      const given = question()
      if (isThenable(given)) {
        // Nobody else would hear of its rejection, and that would end the process.
        Promise.resolve(given).catch(() => undefined)
        throw new TypeError('it returned a promise; allowed: an answer at once')
      }
      answer = given
    })
    return answer
  }

  /** Runs code whose answer nobody needs: what it throws, or rejects with, is a process warning. */
  run(whom: string, code: () => unknown): void {
    this.#userCode.call(whom, code)
  }
}
