// Where the messages of a test's client go: they are noted within the call, and settled in microtasks after it.

import type { Carrier } from '../client/connect.js'
import type { BatchSink, SealedBatch } from '../delivery/batch-sink.js'
import type { AttemptResult } from '../delivery/transport/answer.js'
import type { OutboxFactory } from '../outbox/outbox.js'
import { Note, type Scope } from './note.js'
import { NotingOutbox } from './noting-outbox.js'
import type { Refusal } from './refusals.js'

/** A sink and its outbox, of one message a batch: each message is settled by itself. */
export class MemorySink implements BatchSink {
  readonly timeout = Infinity
  readonly #onMessage: () => void
  #outbox: NotingOutbox<Note> | undefined
  #notes: Note[] = []
  #refusals: readonly Refusal[] = []
  #scopes: readonly Scope[] = []

  /** @param onMessage called soon after each call, whatever becomes of its message; it must not throw */
  constructor(onMessage: () => void) {
    this.#onMessage = onMessage
  }

  /** For the client's options. No turn of the event loop is needed, for nothing is sent; and a test may have stopped it. */
  get carrier(): Carrier {
    const nothing = (): Promise<void> => Promise.resolve()
    return { sink: this, load: nothing, nextTurn: nothing }
  }

  /** For the option `outbox`. */
  readonly outbox: OutboxFactory = (settings) =>
    (this.#outbox = new NotingOutbox(settings, (text) => this.#note(text)))

  /** The messages since `forget()` that were not refused. */
  get taken(): readonly Note[] {
    return this.#notes.filter(({ isTaken }) => isTaken)
  }

  refuse(refusal: Refusal): void {
    // A new list: each message has those that there were at its call.
    this.#refusals = [...this.#refusals, refusal]
  }

  forget(): void {
    this.#notes = []
    this.#refusals = []
  }

  /** Makes a call that goes through `scopes`. */
  within<R>(scopes: readonly Scope[], call: () => R): R {
    const outer = this.#scopes
    this.#scopes = scopes
    try {
      return call()
    } finally {
      this.#scopes = outer
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws is a result, too
  async send(batch: SealedBatch): Promise<AttemptResult> {
    const answer = this.#outbox?.noteOf(batch)?.answer
    if (!answer) throw new Error('this sink did not give out the batch')
    // As for a request: what is damaged is not sent.
    batch.body()
    this.#onMessage()
    return answer
  }

  #note(text: string): Note {
    const note = new Note(text, this.#scopes, this.#refusals)
    this.#notes.push(note)
    return note
  }
}
