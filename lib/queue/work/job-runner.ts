// Runs the jobs of a shared queue, whatever its engine.

import { jobText, PoisonedJob, readJob, type JobData } from '../job.js'
import type { FailedPart } from './job-dead-letters.js'
import { SourceDelivery } from './source-delivery.js'
import { readSources, type WorkerSources } from './source-options.js'
import type { SharedPace } from './pace.js'

/** Messages of a job failed for good: they stay in the engine, in the failed job. */
export class UndeliveredMessages extends Error {
  override name = 'UndeliveredMessages'
  /** The job without what was delivered. */
  readonly rest: JobData

  constructor(source: string, failed: readonly FailedPart[], total: number) {
    const texts = failed.flatMap((part) => part.texts)
    const reasons = [...new Set(failed.map(({ failure }) => `${failure.code}: ${failure.reason}`))]
    super(`${texts.length} of ${total} messages failed: ${reasons.slice(0, 3).join('; ')}`)
    this.rest = JSON.parse(jobText(source, texts)) as JobData
  }
}

/** The counts of a worker since its start. */
export interface WorkerStats {
  /** Jobs that are done, failed ones included. */
  jobs: number
  /** Messages. */
  delivered: number
  /** Messages that failed for good, and those of jobs that no worker can deliver are not counted. */
  failed: number
  /** Jobs that went to the failed set. */
  failedJobs: number
  /** Why the last request was not accepted, if it is being retried. */
  problem: string | undefined
}

export class JobRunner {
  readonly #sources: ReadonlyMap<string, SourceDelivery>
  readonly #counts = { jobs: 0, delivered: 0, failed: 0, failedJobs: 0 }

  /** @throws TypeError that names the source and the option that is wrong */
  constructor(sources: WorkerSources, pace: SharedPace | undefined) {
    this.#sources = new Map(
      [...readSources(sources)].map(([name, settings]) => [
        name,
        new SourceDelivery(settings, this.#counts, pace),
      ]),
    )
  }

  get stats(): WorkerStats {
    const problems = [...this.#sources.values()].map(({ problem }) => problem)
    return { ...this.#counts, problem: problems.find((problem) => problem !== undefined) }
  }

  /**
   * Delivers a job.
   *
   * @throws PoisonedJob if nobody can deliver it
   * @throws UndeliveredMessages if messages of it failed for good
   * @throws WorkerStopped if the worker ends before it is done
   */
  async run(data: unknown): Promise<void> {
    try {
      await this.#deliver(data)
      this.#counts.jobs++
    } catch (error) {
      if (error instanceof PoisonedJob || error instanceof UndeliveredMessages) {
        this.#counts.jobs++
        this.#counts.failedJobs++
      }
      throw error
    }
  }

  /** Ends backoffs. */
  expedite(): void {
    for (const source of this.#sources.values()) source.expedite()
  }

  /** Jobs that are not done throw WorkerStopped. */
  stop(): void {
    for (const source of this.#sources.values()) source.stop()
  }

  async #deliver(data: unknown): Promise<void> {
    const { source, messages } = readJob(data)
    const delivery = this.#sources.get(source)
    if (!delivery)
      throw new PoisonedJob(
        `the job is of the source ${source}, and this worker has: ${[...this.#sources.keys()].join(', ')}`,
      )
    const failed = await delivery.deliver(messages)
    if (failed.length > 0) throw new UndeliveredMessages(source, failed, messages.length)
  }
}
