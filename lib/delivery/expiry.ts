// When a message is too old to be delivered.

import type { Batch } from '../outbox/batch.js'
import type { Outbox } from '../outbox/outbox.js'
import type { Failure } from './failure.js'

export const expired: Failure = {
  code: 'expired',
  reason: 'it could not be delivered before it was older than maxAge',
}

/** 2001-01-01, in milliseconds since the epoch: a clock that shows an earlier time was never set. */
const earliestPlausible = Date.UTC(2001, 0, 1)

/** Whether a batch is older than the `maxAge` of its outbox. */
export function isExpired({ since }: Batch, { maxAge }: Pick<Outbox, 'maxAge'>): boolean {
  // The age of a message that was written before the clock was set is unknown.
  return since >= earliestPlausible && Date.now() - since > maxAge
}
