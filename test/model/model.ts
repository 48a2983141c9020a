// The books as they must be: what was called, what the server has seen of it, and how each message was said to end.

import type { ErrorCode } from '../../lib/runtime/error-codes.js'
import type { MessageType } from '../../lib/spec/messages.js'

/** What is wrong with a call, where something is. */
export type Variant = 'valid' | 'invalid' | 'large' | 'unreadable'

/** What a server may have against a message. */
export type Mark = 'plain' | 'poison' | 'heavy' | 'fragile'

export type EndCode = 'delivered' | ErrorCode

export interface Told {
  readonly code: EndCode
  /** The client that has told it. */
  readonly client: number
}

export interface Call {
  readonly key: string
  readonly type: MessageType
  /** The client that was called. */
  readonly client: number
  readonly variant: Variant
  readonly mark: Mark
  readonly fill: string
  readonly hasCallback: boolean
  /** The place among all messages that an outbox has taken on; 0 where none has. */
  order: number
  state: 'running' | 'returned' | 'threw'
  /** By callbacks. */
  readonly calledBack: EndCode[]
  /** By events. */
  told: Told | undefined
  /** What a middleware did with it. */
  handled: 'passed' | 'dropped' | 'broken'
  wasSent: boolean
  wasAccepted: boolean
  /** The kinds of answers that requests with it had. */
  readonly answers: Set<'accepted' | 'refused' | 'failed'>
  /** How many of them were counted against `maxRetries`. */
  faults: number
  /** Its client was killed, and had it in memory only. */
  isLost: boolean
}

/** What a client may say of a message that is in order. */
const always: ReadonlySet<EndCode> = new Set<EndCode>(['delivered', 'queue_full'])

export class Books {
  readonly calls: Call[] = []
  readonly violations: string[] = []
  readonly #byKey = new Map<string, Call>()
  readonly #byObject = new WeakMap<object, Call>()
  #order = 0

  /** Something that must never be. */
  violate(text: string): void {
    this.violations.push(text)
  }

  /** @throws where something was that must never be */
  check(): void {
    if (this.violations.length > 0) throw new Error(this.violations.slice(0, 5).join('\n'))
  }

  /** A call begins. */
  begin(call: Call, argument: object): void {
    this.calls.push(call)
    this.#byKey.set(call.key, call)
    this.#byObject.set(argument, call)
  }

  /** An outbox has taken a message on. */
  accept(text: string): void {
    // Whatever a user's code wrote before it, the messageId is the caller's.
    const call = this.#byKey.get(/"messageId":"(\d+-\d+)"/.exec(text)?.[1] ?? '')
    if (call?.state !== 'running') this.violate('a message was taken on outside of its call')
    if (!call) return
    if (call.order > 0) this.violate(`${call.key} was taken on twice`)
    call.order = ++this.#order
  }

  /** A call has ended: it has returned, or thrown. */
  end(call: Call, state: 'returned' | 'threw'): void {
    call.state = state
    if (state === 'threw' && (call.order > 0 || call.told || call.calledBack.length > 0)) {
      this.violate(`${call.key} threw, and was taken on all the same`)
    }
  }

  /** The call of a message, as a listener, a callback or the server sees it. */
  find(message: unknown): Call | undefined {
    if (typeof message !== 'object' || message === null) return undefined
    const known = this.#byObject.get(message)
    if (known) return known
    const { messageId } = message as { messageId?: unknown }
    return typeof messageId === 'string' ? this.#byKey.get(messageId) : undefined
  }

  /** An event has told the end of a message. */
  tell(message: unknown, told: Told): void {
    const call = this.find(message)
    if (!call) {
      this.violate(`${told.code} was told of a message that nobody has called: ${show(message)}`)
      return
    }
    if (call.told) {
      this.violate(
        `the end of ${call.key} was told twice: ${call.told.code} by client ${call.told.client}, ${told.code} by client ${told.client}`,
      )
    }
    call.told = told
    this.#checkCode(call, told.code)
  }

  /** The callback of a call was called. */
  callBack(call: Call, code: EndCode, message: unknown): void {
    if (this.find(message) !== call) {
      this.violate(`the callback of ${call.key} was given ${show(message)}`)
    }
    if (call.calledBack.length > 0) {
      this.violate(`the callback of ${call.key} was called again: ${code}`)
    }
    call.calledBack.push(code)
    this.#checkCode(call, code)
  }

  #checkCode(call: Call, code: EndCode): void {
    if (!this.#isPlausible(call, code)) {
      this.violate(`${call.key} (${call.variant}, ${call.handled}) ended as ${code}`)
    }
  }

  #isPlausible({ variant, handled, answers }: Call, code: EndCode): boolean {
    if (code === 'delivered') return answers.has('accepted')
    if (code === 'filtered') return handled === 'dropped'
    if (code === 'middleware_failed') return handled === 'broken'
    if (handled === 'broken') return code === 'invalid_message' || code === 'not_serializable'
    if (variant === 'invalid') return code === 'invalid_message'
    if (variant === 'unreadable') return code === 'not_serializable'
    // Whether the client was being closed is looked at where it is known.
    if (code === 'closed' || code === 'timeout' || code === 'expired') return true
    if (variant === 'large') return code === 'message_too_large'
    if (code === 'rejected') return answers.has('refused')
    if (code === 'retries_exhausted') return answers.has('failed')
    return always.has(code)
  }
}

function show(message: unknown): string {
  try {
    return JSON.stringify(message).slice(0, 100)
  } catch {
    return typeof message
  }
}
