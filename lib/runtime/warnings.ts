// The process warnings of this library: their codes, and the function that emits them.

import type { ErrorCode } from './error-codes.js'

/** Every code with what it says; `docs/errors.md` lists them. */
export const warningCodes = {
  SELFSAME_LISTENER_THREW: 'a listener, a callback or a function given as an option has thrown',
  SELFSAME_UNKNOWN_OPTION: 'an option is not known: a typo, or an option of another library',
  SELFSAME_EMAIL_AS_USER_ID: 'a userId looks like an e-mail address',
  SELFSAME_TRAIT_TYPE: 'a reserved trait has a type that services do not expect; in development',
  SELFSAME_STRUGGLING: 'the endpoint has accepted nothing for some time',
  SELFSAME_OUTBOX: 'something about the outbox that its operator should know',
  SELFSAME_QUEUE: 'something about a shared queue that its operator should know',
  SELFSAME_NO_AXIOS: 'axios cannot be loaded; the global fetch delivers instead',
  SELFSAME_DEAD_LETTER: 'the file of the option deadLetter cannot be written',
} as const

/** A failure that no listener received has the code SELFSAME_ and the error's code. */
export type WarningCode = keyof typeof warningCodes | `SELFSAME_${Uppercase<ErrorCode>}`

/**
 * Whether something that happens again and again is worth a warning this time, the 1st, 10th, 100th …: a single warning
 * would hide that it continues, a warning each time would flood the log.
 */
export function isMilestone(times: number): boolean {
  return /^10*$/.test(String(times))
}

/** Emits a process warning of the type `SelfsameWarning`. Node prints it, unless the application listens. */
export function warn(code: WarningCode, text: string): void {
  process.emitWarning(text, { type: 'SelfsameWarning', code })
}
