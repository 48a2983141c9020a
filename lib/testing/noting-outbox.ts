// The outbox of a test's client: it notes each message within its call.

import type { Batch, SettleToken } from '../outbox/batch.js'
import { MemoryOutbox } from '../outbox/memory-outbox.js'
import type { Appended, OutboxSettings } from '../outbox/outbox.js'

export class NotingOutbox<Note> extends MemoryOutbox {
  readonly #note: (text: string) => Note
  readonly #notes = new Map<number, Note>()
  readonly #taken = new WeakMap<object, Note>()

  constructor({ listener, ...settings }: OutboxSettings, note: (text: string) => Note) {
    const isDropping = settings.overflow === 'drop-oldest'
    super({
      ...settings,
      onDropped: isDropping ? (batch) => listener.dropped(batch) : undefined,
    })
    this.#note = note
  }

  override append(text: string, token: SettleToken | undefined): Appended {
    const sequence = this.nextSequence
    const appended = super.append(text, token)
    if (appended === 'accepted') this.#notes.set(sequence, this.#note(text))
    return appended
  }

  /** Always, or the sender would wait some milliseconds for more to fill a request. */
  override get nextIsFull(): boolean {
    return this.next !== undefined
  }

  override take(): Batch | undefined {
    const batch = super.take()
    if (!batch) return undefined
    const note = this.#notes.get(batch.sequence)
    this.#notes.delete(batch.sequence)
    if (note !== undefined) this.#taken.set(batch, note)
    return batch
  }

  /** The note of the one message of a batch that was taken. */
  noteOf(batch: object): Note | undefined {
    return this.#taken.get(batch)
  }
}
