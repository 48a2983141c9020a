// A job that was taken from its lane: its lock is kept until it is done, has failed or is given back.

import { UnrecoverableError, type Job } from 'bullmq'
import { Sleepers } from '../../delivery/sleep.js'
import type { JobData } from '../job.js'

/** How long to wait after Redis has refused to settle a job, in milliseconds. */
const retryDelay = 1_000

export interface TakenJobOptions {
  readonly queue: string
  readonly job: Job
  /** Whose lock it is. */
  readonly token: string
  /** How long the lock is valid after each renewal, in milliseconds. */
  readonly lockDuration: number
  readonly onError: (error: unknown) => void
  /** The connection is about to be closed. */
  readonly signal: AbortSignal
}

export class TakenJob {
  readonly #options: TakenJobOptions
  readonly #sleepers = new Sleepers()
  #isSettling = false
  #isSettled = false

  constructor(options: TakenJobOptions) {
    this.#options = options
    void this.#keepLock()
  }

  get queue(): string {
    return this.#options.queue
  }

  get data(): unknown {
    return this.#options.job.data as unknown
  }

  /** Why it cannot be delivered any more: the workers that took it were killed too often. */
  get deferredFailure(): string | undefined {
    // Older versions of BullMQ put such a job into the failed set by themselves.
    return this.#options.job.deferredFailure
  }

  async complete(): Promise<void> {
    const { job, token } = this.#options
    await this.#settle(() => job.moveToCompleted(undefined, token, false))
  }

  /** @param rest replaces its data */
  async fail(reason: string, rest?: JobData): Promise<void> {
    const { job, token } = this.#options
    const data = rest ?? unreadable(job.data)
    await this.#settle(async () => {
      if (data !== undefined) await job.updateData(data)
      await job.moveToFailed(new UnrecoverableError(reason), token, false)
    })
  }

  /** To the front of its lane, where it came from. */
  async giveBack(): Promise<void> {
    const { job, token } = this.#options
    await this.#settle(() => job.moveToWait(token))
  }

  /** Never rejects. A job that is not settled is taken from this worker when its lock is no longer valid. */
  async #settle(settle: () => Promise<unknown>): Promise<void> {
    const { onError, signal } = this.#options
    this.#isSettling = true
    for (;;) {
      try {
        await settle()
        break
      } catch (error) {
        onError(error)
        // BullMQ's own errors have a number: the job is no longer ours.
        if (signal.aborted || typeof (error as { code?: unknown }).code === 'number') break
        await this.#sleepers.sleep(retryDelay, signal)
      }
    }
    this.#isSettled = true
    this.#sleepers.wakeAll()
  }

  async #keepLock(): Promise<void> {
    const { job, token, lockDuration, onError, signal } = this.#options
    for (;;) {
      await this.#sleepers.sleep(lockDuration / 4, signal)
      if (this.#isSettled || signal.aborted) return
      try {
        if ((await job.extendLock(token, lockDuration)) > 0) continue
        // Redis may have settled it already, and the answer is on its way.
        if (!this.#mayBeSettled) onError(new Error('a job was taken from this worker'))
        return
      } catch (error) {
        onError(error)
      }
    }
  }

  get #mayBeSettled(): boolean {
    return this.#isSettling
  }
}

/** Text that is not JSON. It is stored as a string of JSON then: dashboards show no job of a set if they cannot read one. */
function unreadable(data: unknown): unknown {
  try {
    JSON.parse(String(data))
    return undefined
  } catch {
    return data
  }
}
