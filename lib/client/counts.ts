// The counts of a client, from its delivery.

import type { Delivery } from '../delivery/delivery.js'
import type { Counts, Stats } from './stats.js'

/** @param hasQueue whether it hands over to a shared queue */
export function countsOf({ counters, outbox }: Delivery, hasQueue: boolean): Counts {
  const { delivered, queued, failed } = counters
  const pending = outbox.count
  return hasQueue ? { delivered, queued, failed, pending } : { delivered, failed, pending }
}

/**
 * A single literal: parts that are spread into one another cost several times the memory, and some programs ask after
 * every call.
 */
export function statsOf(
  { counters, outbox, sender }: Delivery,
  { filtered, deadLettered }: Pick<Stats, 'filtered' | 'deadLettered'>,
): Stats {
  const { oldest } = outbox
  return {
    enqueued: counters.enqueued,
    queued: counters.queued,
    delivered: counters.delivered,
    failed: counters.failed,
    pending: outbox.count,
    failedByCode: { ...counters.failedByCode },
    filtered,
    deadLettered,
    bytes: outbox.bytes,
    requests: sender.requests,
    retries: sender.retries,
    oldestAge: oldest === undefined ? 0 : Math.max(0, Date.now() - oldest),
  }
}
