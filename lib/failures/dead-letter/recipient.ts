// Passes dead letters to a user's function.

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
      // A copy: if the function emptied the array, callbacks and listeners would get nothing.
      const messages = [...error.messages]
      if (messages.length === 0) continue
      this.count += messages.length
      this.#userCode.call('the function deadLetter', () => this.#recipient(messages, error))
    }
  }
}
