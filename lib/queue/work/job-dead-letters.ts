// The dead letters of a worker. A job is gone once it is done, so it has to be known what was kept.

import type { Settings } from '../../client/options/read-options.js'
import type { Failure } from '../../delivery/failure.js'
import { deadLettersFor } from '../../failures/dead-letter/index.js'
import { UserCode } from '../../runtime/user-code.js'
import { within } from '../../runtime/within.js'
import { AnalyticsError } from '../../spec/error.js'
import type { Message } from '../../spec/messages.js'

/** Messages of a job that failed for good, for one reason. */
export interface FailedPart {
  readonly texts: readonly string[]
  readonly failure: Failure
}

/** Keeps the first of them, and resolves with how many: fewer if the file or the function does not take them. */
export type KeepFailed = (part: FailedPart) => Promise<number>

export function deadLettersOf({ deadLetter, httpRequestTimeout }: Settings): KeepFailed {
  const userCode = new UserCode()
  const letters = deadLettersFor(deadLetter, userCode)
  if (!letters) return () => Promise.resolve(0)
  return async (part) => {
    const error = errorOf(part)
    if (typeof deadLetter === 'function') {
      let kept = 0
      let keeping: Promise<unknown> | undefined
      userCode.call('the function deadLetter', () => {
        keeping = Promise.resolve(deadLetter([...error.messages], error))
        return keeping.then(() => (kept = part.texts.length))
      })
      await within(
        httpRequestTimeout,
        Promise.resolve(keeping).catch(() => undefined),
      )
      return kept
    }
    const before = letters.count
    letters.keep([{ error }])
    return letters.count - before
  }
}

function errorOf({ texts, failure: { code, reason, status, cause } }: FailedPart): AnalyticsError {
  const messages = texts.map((text) => JSON.parse(text) as Message)
  return new AnalyticsError(code, reason, { status, cause, messages })
}
