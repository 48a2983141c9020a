// The option `deadLetter`: messages that failed permanently go to a file, or to a function.

import type { UserCode } from '../../runtime/user-code.js'
import type { DeadLetterFunction, DeadLetters } from './dead-letters.js'
import { DeadLetterFile } from './file.js'
import { DeadLetterRecipient } from './recipient.js'

export type { DeadLetterFunction, DeadLetters } from './dead-letters.js'

/** @throws TypeError if the path cannot be that of a file */
export function deadLettersFor(
  option: string | DeadLetterFunction | undefined,
  userCode: UserCode,
): DeadLetters | undefined {
  if (option === undefined) return undefined
  return typeof option === 'string'
    ? new DeadLetterFile(option)
    : new DeadLetterRecipient(option, userCode)
}
