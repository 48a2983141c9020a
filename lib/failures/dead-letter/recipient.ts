// A user's function that receives the dead letters.

import type { UserCode } from '../../runtime/user-code.js'
import type { DeadLetterFunction, DeadLetters, Failed } from './dead-letters.js'

export class DeadLetterRecipient implements DeadLetters {
  readonly #recipient: DeadLetterFunction
  readonly #userCode: UserCode
  readonly areTold = true
  count = 0

  constructor(recipient: DeadLetterFunction, userCode: UserCode) {
    this.#recipient = recipient
    this.#userCode = userCode
  }

  keep(failures: readonly Failed[]): void {
    for (const { error } of failures) {
      // A copy: one that empties its array would leave nothing for callbacks and listeners.
      const messages = [...error.messages]
      if (messages.length === 0) continue
      this.count += messages.length
      this.#userCode.call('the function deadLetter', () => this.#recipient(messages, error))
    }
  }
}
