// Where messages go that failed for good, as the option says: a file, or a user's function.

import type { UserCode } from '../../runtime/user-code.js'
import type { DeadLetterFunction, DeadLetters } from './dead-letters.js'
import { DeadLetterFile } from './file.js'
import { DeadLetterRecipient } from './recipient.js'

export type { DeadLetterFunction, DeadLetters } from './dead-letters.js'

/** @throws TypeError if the option's file cannot be one */
export function deadLettersFor(
  option: string | DeadLetterFunction | undefined,
  userCode: UserCode,
): DeadLetters | undefined {
  if (option === undefined) return undefined
  return typeof option === 'string'
    ? new DeadLetterFile(option)
    : new DeadLetterRecipient(option, userCode)
}
