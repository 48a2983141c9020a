// The six calls on a transaction: their messages are sent if it is committed.

import type { Queryable } from '../delivery/queue-factory.js'
import type { Binding } from '../message/compose.js'
import { describeValue } from '../runtime/describe-value.js'
import { wrong } from '../runtime/check-option.js'
import type { AliasCall, MessageType } from '../spec/messages.js'
import type {
  EventName,
  MaybePlan,
  PageName,
  PlannedGroup,
  PlannedIdentify,
  PlannedPage,
  PlannedScreen,
  PlannedTrack,
  ScreenName,
} from '../spec/planned-calls.js'
import type { Settings } from './options/read-options.js'

type MakeCall = (type: MessageType, call: unknown, callback: undefined, binding: Binding) => unknown

/** Adds a message by a statement. */
interface Transaction {
  readonly maxMessageBytes: number
  readonly add: (text: string) => Promise<void>
}

/**
 * What `analytics.inTransaction(…)` returns. Each call resolves when its statement has run, and rejects with what the
 * database says. A call that is wrong adds nothing: it throws or is reported as every other call of the client.
 *
 * @typeParam P the type of the client's plan
 */
export class TransactionAnalytics<P extends MaybePlan = undefined> {
  readonly #call: MakeCall
  readonly #transaction: Transaction

  /** @internal Made by `analytics.inTransaction()`. */
  constructor(call: MakeCall, transaction: Transaction) {
    this.#call = call
    this.#transaction = transaction
  }

  /** As `analytics.identify()`; and so the others as theirs. */
  async identify(call: PlannedIdentify<P>): Promise<void> {
    await this.#add('identify', call)
  }

  async track<Event extends EventName<P>>(call: PlannedTrack<P, Event>): Promise<void> {
    await this.#add('track', call)
  }

  async page<Name extends PageName<P>>(call: PlannedPage<P, Name>): Promise<void> {
    await this.#add('page', call)
  }

  async screen<Name extends ScreenName<P>>(call: PlannedScreen<P, Name>): Promise<void> {
    await this.#add('screen', call)
  }

  async group(call: PlannedGroup<P>): Promise<void> {
    await this.#add('group', call)
  }

  async alias(call: AliasCall): Promise<void> {
    await this.#add('alias', call)
  }

  async #add(type: MessageType, call: unknown): Promise<void> {
    const { add, maxMessageBytes } = this.#transaction
    let message: string | undefined
    const append = (text: string): 'accepted' | 'too_large' => {
      if (Buffer.byteLength(text) > maxMessageBytes) return 'too_large'
      message = text
      return 'accepted'
    }
    this.#call(type, call, undefined, { append })
    // The statement is the caller's code: it runs when the call is complete.
    if (message !== undefined) await add(message)
  }
}

/** @throws TypeError */
export function transactionFor(
  { delivery, disable, maxMessageBytes }: Settings,
  db: Queryable,
): Transaction {
  if (disable) return { maxMessageBytes, add: () => Promise.resolve() }
  const addIn = delivery?.addIn
  if (!addIn)
    throw wrong(
      'delivery',
      delivery ? 'another queue' : 'left out',
      'graphileWorker({ pool }), for inTransaction()',
    )
  if (typeof (db as Partial<Queryable> | null | undefined)?.query !== 'function')
    throw new TypeError(
      `inTransaction() was given ${describeValue(db)}; allowed: a client of pg, or an object with its query()`,
    )
  return { maxMessageBytes, add: (text) => addIn(db, text) }
}
