// How the collector misbehaves: the answers, their check, and whose turn it is.
import { type IncomingHttpHeaders, validateHeaderName, validateHeaderValue } from 'node:http'
import { types } from 'node:util'

/** How to treat one request. An empty object is what the API does; each field changes one thing about it. */
export interface Answer {
  /** The status to answer with, 200 to 599. @default the API's own; 429 where `retryAfter` is given */
  status?: number | undefined
  /** The `Retry-After` header: seconds, or a Date that is sent as an HTTP-date. */
  retryAfter?: number | Date | undefined
  /** How long to wait before the answer, or before `reset: 'after'`, ms. The messages are accepted before the wait. */
  delay?: number | undefined
  /**
   * Break the connection (RST). `'before'`: when the headers have arrived. `'mid-body'`: after the first part of the
   * body. `'after'`: when the messages have been accepted, so that only the answer is lost. A misbehave function sees
   * the whole request, so what it says is done when the body has been read.
   */
  reset?: 'before' | 'mid-body' | 'after' | undefined
  /** Read the request and never answer. */
  silence?: boolean | undefined
  /** Headers of the answer. */
  headers?: Record<string, string> | undefined
  /** The body of the answer. @default JSON that says what happened */
  body?: string | undefined
  /**
   * Whether the messages are accepted.
   * @default true for `reset: 'after'`, a 2xx status or none given; else false
   */
  store?: boolean | undefined
}

/** A request as a misbehave function sees it. */
export interface RequestInView {
  readonly method: string
  readonly path: string
  /** Names in lower case; without the headers that hold credentials. */
  readonly headers: IncomingHttpHeaders
  /** As they were sent, valid or not. Undefined if the body could not be read. */
  readonly messages: readonly unknown[] | undefined
  readonly count: number | undefined
  /** Bytes of the body on the wire. */
  readonly bytes: number
  /** Which request this is since the function was set, from 1. */
  readonly n: number
}

/** Asked for each request to a tracking route; undefined means: behave. It may take its time. */
export type MisbehaveFunction = (
  request: RequestInView,
) => Answer | undefined | Promise<Answer | undefined>

const isDelay = (value: unknown) =>
  typeof value === 'number' && value >= 0 && value <= 2_147_483_647
const isBoolean = (value: unknown) => typeof value === 'boolean'

const CHECKS: Readonly<Record<keyof Answer, (value: unknown) => boolean>> = {
  status: (value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599,
  retryAfter: (value) =>
    types.isDate(value)
      ? !Number.isNaN(value.getTime())
      : Number.isInteger(value) && Number(value) >= 0,
  delay: isDelay,
  reset: (value) => value === 'before' || value === 'mid-body' || value === 'after',
  silence: isBoolean,
  headers: areHeaders,
  body: (value) => typeof value === 'string',
  store: isBoolean,
}

function areHeaders(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  try {
    for (const [name, text] of Object.entries(value)) {
      validateHeaderName(name)
      validateHeaderValue(name, text as string)
    }
    return true
  } catch {
    return false
  }
}

/** @throws TypeError if an answer has a field or a value that it cannot have. */
export function checkAnswer(answer: unknown): asserts answer is Answer {
  if (typeof answer !== 'object' || answer === null) {
    throw new TypeError(`misbehave: an answer is an object, not ${String(answer)}`)
  }
  for (const [name, value] of Object.entries(answer)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof Answer] : undefined
    if (check === undefined) throw new TypeError(`misbehave: an answer has no '${name}'`)
    if (value !== undefined && !check(value)) {
      throw new TypeError(`misbehave: ${name} cannot be ${String(value)}`)
    }
  }
}

/** The answers that wait for their request, or the function that is asked. */
export class Misbehaviour {
  #queue: Answer[] = []
  #ask: MisbehaveFunction | undefined
  #asked = 0

  /** Answers are put after those that wait; a function takes the place of everything. */
  set(answers: readonly (Answer | MisbehaveFunction)[]): void {
    const [first] = answers
    if (typeof first === 'function') {
      if (answers.length > 1) throw new TypeError('misbehave: takes one function, or answers')
      this.clear()
      this.#ask = first
      return
    }
    answers.forEach(checkAnswer)
    this.#ask = undefined
    // A copy: what the caller does to its object later concerns it alone.
    this.#queue.push(...answers.map((answer) => ({ ...(answer as Answer) })))
  }

  /** The answers that wait for their request. */
  get waiting(): readonly Answer[] {
    return this.#queue
  }

  /** The function that is asked. */
  get asked(): MisbehaveFunction | undefined {
    return this.#ask
  }

  clear(): void {
    this.#queue = []
    this.#ask = undefined
    this.#asked = 0
  }

  /** The next answer of the queue, for a request whose headers have arrived. */
  take(): Answer | undefined {
    return this.#queue.shift()
  }

  /** What the function says about a request, checked. Rejects with what it throws. */
  async ask(request: Omit<RequestInView, 'n'>): Promise<Answer | undefined> {
    if (this.#ask === undefined) return undefined
    this.#asked += 1
    const answer: unknown = await this.#ask({ ...request, n: this.#asked })
    if (answer === undefined) return undefined
    checkAnswer(answer)
    return answer
  }
}
