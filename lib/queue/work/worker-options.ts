// Options that the workers of both engines have.

import type { WorkerSources } from './source-options.js'
import type { WorkerStats } from './job-runner.js'

export interface WorkerOptions {
  /** The write key of each source, by the name that jobs have: `{ web: process.env.WEB_WRITE_KEY }`. */
  sources: WorkerSources
  /**
   * Messages a second that all workers send together. Give each worker the same.
   * @default none: as fast as the server accepts them
   */
  rate?: number | undefined
  /**
   * The most batches in delivery at a time. Lanes are taken in turn, and other workers take those that are left. Minimum
   * 1, maximum 256.
   * @default 2
   */
  concurrency?: number | undefined
  /**
   * Receives problems of the engine, and jobs that failed: each as a line, without a part of any message.
   * @default a process warning
   */
  onProblem?: ((text: string) => void) | undefined
}

export interface RunningWorker {
  stats(): WorkerStats
  /** How many jobs wait in the engine. Rejects if it is away. */
  backlog(): Promise<number>
  /**
   * Takes no more jobs, and resolves when those in delivery are done, at the latest after `timeout` milliseconds: what is
   * not done by then goes back to the engine.
   *
   * @param options.timeout 25,000 if it is left out
   */
  close(options?: { timeout?: number | undefined }): Promise<WorkerStats>
}
