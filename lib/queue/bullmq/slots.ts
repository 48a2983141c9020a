// The slots of a worker: jobs are taken only if there is a slot for each.

import { Sleepers } from '../../delivery/sleep.js'
import { longestTimer } from '../../runtime/timer.js'

/** How long to wait while nothing is due, in milliseconds: twice as long each time. */
const shortestWait = 5
const longestWait = 150

/** How long to wait for jobs that are being taken at the end, in milliseconds: without Redis they never come. */
const takingTime = 1_000

export interface SlotsOptions<Job> {
  readonly concurrency: number
  /** Takes up to so many jobs. Never rejects. */
  readonly take: (most: number) => Promise<readonly Job[]>
  /**
   * Never rejects.
   *
   * @param free frees the slot before the promise resolves
   */
  readonly run: (job: Job, free: () => void) => Promise<void>
  /** No more jobs are taken. */
  readonly signal: AbortSignal
}

export class Slots<Job> {
  readonly #options: SlotsOptions<Job>
  readonly #sleepers = new Sleepers()
  readonly #running = new Set<Promise<void>>()
  readonly #taking: Promise<void>
  #busy = 0
  /** A job has ended since the last look. */
  #isNudged = false

  constructor(options: SlotsOptions<Job>) {
    this.#options = options
    this.#taking = this.#takeJobs()
  }

  /** Call this after the signal: resolves when the jobs that were taken are done. */
  async ended(): Promise<void> {
    const never = new AbortController().signal
    await Promise.race([this.#taking, this.#sleepers.sleep(takingTime, never)])
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  async #takeJobs(): Promise<void> {
    const { concurrency, take, signal } = this.#options
    let wait = shortestWait
    while (!signal.aborted) {
      this.#isNudged = false
      const free = concurrency - this.#busy
      const jobs = free > 0 ? await take(free) : []
      for (const job of jobs) this.#start(job)
      wait = jobs.length > 0 ? shortestWait : Math.min(wait * 2, longestWait)
      // The end of a job frees its slot, and its lane may be due again.
      if (!this.#hasNews) await this.#sleepers.sleep(this.#isFull ? longestTimer : wait, signal)
    }
  }

  get #hasNews(): boolean {
    return this.#isNudged
  }

  get #isFull(): boolean {
    return this.#busy >= this.#options.concurrency
  }

  #start(job: Job): void {
    let isBusy = true
    const free = (): void => {
      if (isBusy) this.#busy--
      isBusy = false
      this.#isNudged = true
      this.#sleepers.wakeAll()
    }
    this.#busy++
    const running = this.#options.run(job, free).finally(() => {
      this.#running.delete(running)
      free()
    })
    this.#running.add(running)
  }
}
