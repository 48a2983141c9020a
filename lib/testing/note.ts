// One message that a test's client has accepted.

import type { AttemptResult } from '../delivery/transport/answer.js'
import type { Message } from '../spec/messages.js'
import type { Refusal } from './refusals.js'

/** What a message was sent through, besides the client: each `with()` is one. */
export type Scope = symbol

export class Note {
  readonly scopes: readonly Scope[]
  readonly #text: string
  readonly #refusals: readonly Refusal[]
  #message: Message | undefined
  #answer: AttemptResult | undefined

  /** @param text of the message, as it would be sent */
  constructor(text: string, scopes: readonly Scope[], refusals: readonly Refusal[]) {
    this.#text = text
    this.scopes = scopes
    this.#refusals = refusals
  }

  get message(): Message {
    return (this.#message ??= JSON.parse(this.#text) as Message)
  }

  /** What becomes of it. Decided when it is first asked, and not within the call: users' filters run in it. */
  get answer(): AttemptResult {
    if (this.#answer) return this.#answer
    // Before they run: they may ask for the messages themselves.
    this.#answer = { status: 200 }
    for (const refusal of this.#refusals) {
      const answer = refusal.answerTo(this.message)
      if (answer) return (this.#answer = answer)
    }
    return this.#answer
  }

  get isTaken(): boolean {
    return this.answer.status === 200
  }
}
