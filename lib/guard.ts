// Calls into somebody else's code: listeners and callbacks. Nothing that they do wrong comes back.

import { textOf } from './describe.js'
import { isThenable } from './value-kinds.js'

/** How long asynchronous callbacks are waited for, in milliseconds: they are not ours to speed up. */
const longestWait = 1_000

export class Guard {
  /** Asynchronous code that has not finished, by the number of its call. */
  readonly #running = new Map<number, Promise<void>>()
  #calls = 0
  /** How often somebody's code has thrown, by where it was called. */
  readonly #thrown = new Map<string, number>()

  /**
   * What the code throws or rejects with is its own bug: it is told as a process warning, the 1st, 10th, 100th … time,
   * and ends there.
   *
   * @param where for the warning: 'a callback'
   */
  call(where: string, code: () => unknown): void {
    const number = this.#calls++
    try {
      const result = code()
      if (isThenable(result)) this.#watch(where, number, result)
    } catch (error) {
      this.#warn(where, error)
    }
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
    let timer: NodeJS.Timeout | undefined
    const end = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(timeout, longestWait))
    })
    await Promise.race([Promise.all(awaited), end])
    clearTimeout(timer)
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
    if (!/^10*$/.test(String(times))) return
    const often = times > 1 ? ` ${times} times, at last` : ''
    process.emitWarning(`${where} threw${often}: ${textOf(error)}`, {
      type: 'SelfsameWarning',
      code: 'SELFSAME_LISTENER_THREW',
    })
  }
}
