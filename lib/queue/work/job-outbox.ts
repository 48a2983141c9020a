// The outbox of a worker's source: jobs in delivery, each of one or more batches that go one after the other.

import type { BatchSource } from '../../delivery/sender.js'
import type { Batch } from '../../outbox/batch.js'

/** What is left of a job. */
interface JobInDelivery {
  readonly waiting: Batch[]
  inFlight: Batch | undefined
}

export class JobOutbox implements BatchSource {
  /** The engine keeps a job until it is done: an outage is no reason to give it up. */
  readonly isDurable = true
  readonly maxAge = Infinity
  readonly #jobs = new Set<JobInDelivery>()
  readonly #owners = new WeakMap<Batch, JobInDelivery>()

  add(batches: Batch[]): void {
    const job: JobInDelivery = { waiting: batches, inFlight: undefined }
    for (const batch of batches) this.#owners.set(batch, job)
    this.#jobs.add(job)
  }

  /** Whether a job waits of which nothing is in flight. */
  get isDue(): boolean {
    return this.#next !== undefined
  }

  take(): Batch | undefined {
    const job = this.#next
    if (!job) return undefined
    job.inFlight = job.waiting.shift()
    return job.inFlight
  }

  replace(batch: Batch, parts: Batch[]): void {
    const job = this.#owners.get(batch)
    if (!job) return
    job.inFlight = undefined
    job.waiting.unshift(...parts)
    for (const part of parts) this.#owners.set(part, job)
  }

  settle(batch: Batch): void {
    const job = this.#owners.get(batch)
    if (!job) return
    job.inFlight = undefined
    if (job.waiting.length === 0) this.#jobs.delete(job)
  }

  get #next(): JobInDelivery | undefined {
    for (const job of this.#jobs) if (!job.inFlight && job.waiting.length > 0) return job
    return undefined
  }
}
