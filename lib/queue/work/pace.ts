// The pace that all workers keep together.

import type { BatchSink } from '../../delivery/batch-sink.js'
import { Sleepers } from '../../delivery/sleep.js'
import { toError } from '../../runtime/describe-value.js'

/** Kept by the engine, which all workers share. */
export interface SharedPace {
  /** Messages a second. */
  readonly rate: number
  /** Takes the next free place in time for so many messages. Resolves with the milliseconds until then. */
  reserve(count: number, signal: AbortSignal): Promise<number>
}

/**
 * The most that a request carries, in seconds of the pace: over any ten seconds the pace may be off by a request at
 * each end.
 */
const lump = 0.1

export function pacedBatchSize({ rate }: SharedPace): number {
  return Math.max(1, Math.ceil(rate * lump))
}

/** Each try waits for its turn, retries too: after an outage all workers would otherwise send at once. */
export function paced(sink: BatchSink, pace: SharedPace): BatchSink {
  const sleepers = new Sleepers()
  return {
    timeout: sink.timeout,
    async send(batch, attempt, signal) {
      let wait: number
      try {
        wait = await pace.reserve(batch.count, signal)
      } catch (error) {
        return { error: toError(error) }
      }
      if (wait > 0) await sleepers.sleep(wait, signal)
      return await sink.send(batch, attempt, signal)
    },
  }
}
