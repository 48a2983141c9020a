// What becomes of messages that a test lets fail.

import type { AttemptResult } from '../delivery/transport/answer.js'
import { describeValue } from '../runtime/describe-value.js'
import type { Message } from '../spec/messages.js'
import { readFilter, type MessageFilter, type ReadFilter } from './message-filter.js'

export interface FailOptions {
  /**
   * Which messages fail.
   * @default all
   */
  filter?: MessageFilter | undefined
  /**
   * How many of them, from the next call on.
   * @default all, until `reset()`
   */
  times?: number | undefined
  /**
   * The status of the answer: 300 to 599. What the server may recover from (429, 5xx) fails as `retries_exhausted`,
   * without a wait; the rest as `rejected`.
   * @default 400
   */
  status?: number | undefined
  /** There is no answer: the error code of the connection, for example `'ECONNREFUSED'`. Fails as `retries_exhausted`. */
  error?: string | undefined
}

/** One call of `fail()`. */
export class Refusal {
  readonly #filter: ReadFilter
  readonly #answer: AttemptResult
  #left: number

  /** @throws TypeError that names the option, FilterError */
  constructor({ filter = '', times = Infinity, status, error }: FailOptions) {
    this.#filter = readFilter(filter)
    this.#left = checkTimes(times)
    this.#answer = answerOf(status, error)
  }

  /** The answer to a message, if it is to fail by this. */
  answerTo(message: Message): AttemptResult | undefined {
    if (this.#left === 0 || !this.#filter.matches(message)) return undefined
    this.#left--
    return this.#answer
  }
}

function checkTimes(times: unknown): number {
  if (times === Infinity || (Number.isInteger(times) && Number(times) >= 1)) return Number(times)
  throw new TypeError(`fail: times is ${describeValue(times)}; allowed: a whole number from 1`)
}

function answerOf(status: unknown, error: unknown): AttemptResult {
  if (error === undefined) {
    const given = status ?? 400
    if (Number.isInteger(given) && Number(given) >= 300 && Number(given) <= 599) {
      return { status: Number(given) }
    }
    throw new TypeError(`fail: status is ${describeValue(status)}; allowed: 300 to 599`)
  }
  if (status !== undefined) throw new TypeError('fail: allowed: status or error, not both')
  if (typeof error !== 'string' || error === '') {
    throw new TypeError(`fail: error is ${describeValue(error)}; allowed: a code as 'ECONNREFUSED'`)
  }
  return { error: Object.assign(new Error(`connect ${error}`), { code: error }) }
}
