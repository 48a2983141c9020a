// Options that the workers of both engines have.

import { describeValue } from '../../runtime/describe-value.js'
import { integer, wrong } from '../../runtime/check-option.js'
import { UserCode } from '../../runtime/user-code.js'
import { warn } from '../../runtime/warnings.js'
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
   * @param options.timeout Infinity waits for as long as it takes; 25,000 if it is left out
   * @throws TypeError that names the timeout, if it is wrong
   */
  close(options?: { timeout?: number | undefined }): Promise<WorkerStats>
}

/** @throws TypeError if it is not a function */
export function problemTeller({ onProblem }: WorkerOptions): (text: string) => void {
  if (onProblem === undefined) return (text) => warn('SELFSAME_QUEUE', text)
  if (typeof onProblem !== 'function')
    throw wrong('onProblem', describeValue(onProblem), 'a function')
  const userCode = new UserCode()
  return (text) => {
    userCode.call('the function onProblem', () => onProblem(text))
  }
}

/** @throws TypeError that names it */
export function closeTimeout(options: { timeout?: number | undefined } = {}): number {
  return integer(options, 'timeout', { default: 25_000, min: 0, max: Infinity })
}
