// A function of the caller's that is given the dead letters.

import type { Guard } from '../guard.js'
import type { DeadLetterFunction, DeadLetters, Failed } from './dead-letters.js'

export class DeadLetterRecipient implements DeadLetters {
  readonly #recipient: DeadLetterFunction
  readonly #guard: Guard
  readonly areTold = true
  count = 0

  constructor(recipient: DeadLetterFunction, guard: Guard) {
    this.#recipient = recipient
    this.#guard = guard
  }

  keep(failures: readonly Failed[]): void {
    for (const { error } of failures) {
      if (error.messages.length === 0) continue
      this.count += error.messages.length
      this.#guard.call('the function deadLetter', () => this.#recipient(error.messages, error))
    }
  }
}
