// The counts of a client, from its delivery.

import type { Delivery } from '../delivery/delivery.js'
import type { Counts, Stats } from './stats.js'

/** @param hasQueue whether it hands over to a shared queue */
export function countsOf({ counters, outbox }: Delivery, hasQueue: boolean): Counts {
  const { delivered, queued, failed } = counters
  return { delivered, ...(hasQueue ? { queued } : {}), failed, pending: outbox.count }
}

export function statsOf(delivery: Delivery): Omit<Stats, 'filtered' | 'deadLettered'> {
  const { counters, outbox, sender } = delivery
  const { oldest } = outbox
  return {
    enqueued: counters.enqueued,
    queued: counters.queued,
    ...countsOf(delivery, false),
    failedByCode: { ...counters.failedByCode },
    bytes: outbox.bytes,
    requests: sender.requests,
    retries: sender.retries,
    oldestAge: oldest === undefined ? 0 : Math.max(0, Date.now() - oldest),
  }
}
