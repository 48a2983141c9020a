// A try that did not deliver its batch.

import { toError } from '../runtime/describe-value.js'
import type { Failure } from './failure.js'
import { describeAnswer, type AttemptResult, type RetryDecision } from './transport/answer.js'

/** One failed try, as the error that p-retry requires. */
export class FailedTry extends Error {
  readonly answer: AttemptResult
  readonly decision: RetryDecision

  constructor(answer: AttemptResult, decision: RetryDecision) {
    super(describeAnswer(answer))
    this.answer = answer
    this.decision = decision
  }
}

/** Why a batch failed without further retries. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof FailedTry)) {
    return { code: 'rejected', reason: 'the batch could not be sent', cause: toError(error) }
  }
  const { status } = error.answer
  return { code: 'rejected', reason: error.message, status, cause: causeOf(error) }
}

/** Why a batch failed after its retries were used up. */
export function exhausted(error: FailedTry): Failure {
  const { status } = error.answer
  const reason = `gave up; most recently ${error.message}`
  return { code: 'retries_exhausted', reason, status, cause: causeOf(error) }
}

function causeOf({ answer }: FailedTry): Error | undefined {
  return 'error' in answer ? answer.error : undefined
}

/** The server rejects the request itself: the same one would be rejected again. */
export const rejections: ReadonlySet<RetryDecision> = new Set<RetryDecision>(['reject', 'renew'])
