// Watches the queue of a backfill, until workers have delivered what is in it.

import { setTimeout as sleep } from 'node:timers/promises'
import type { QueueFactory } from '../../queue/bullmq/index.js'
import type { Backlog } from '../../queue/engine.js'
import { toError } from '../../runtime/describe-value.js'
import { bar, Display } from '../shared/display.js'
import { exitCodes } from '../shared/exit-codes.js'
import { Interruption } from '../shared/interruption.js'
import type { Terminal } from '../shared/terminal.js'
import { formatCount } from '../shared/words.js'

export interface QueueWatch {
  /** Whether the queue answers, and what is in it before the run: what has failed by then is not of this run. */
  look(): Promise<void>
  /**
   * Waits until the queue is empty, and says what has become of its jobs.
   *
   * @returns the exit code, if it is not that of the run
   */
  wait(terminal: Terminal): Promise<number | undefined>
  close(): void
}

/** How often to look, and how long an answer may take, in milliseconds. */
const interval = 250
const timeout = 10_000

export function watchQueue(queue: QueueFactory): QueueWatch {
  const carrier = queue({ timeout, warn: () => undefined })
  let failedBefore = 0
  return {
    look: async () => {
      try {
        failedBefore = (await carrier.backlog()).failed
      } catch (error) {
        throw new Error(`the queue cannot be used: ${toError(error).message}`, { cause: error })
      }
    },
    wait: async (terminal) => {
      const { waiting, failed, code } = await emptied(async () => {
        const { waiting, failed } = await carrier.backlog()
        return { waiting, failed: failed - failedBefore }
      })
      if (code !== undefined) {
        const jobs = waiting === Infinity ? 'jobs are' : formatCount(waiting, 'job')
        terminal.tell(`${jobs} left in the queue, for workers to deliver`)
        return code
      }
      if (failed <= 0) {
        terminal.tell('the queue is empty: workers have delivered all')
        return undefined
      }
      terminal.tell(`${formatCount(failed, 'job')} failed, with the reasons in the queue`)
      return exitCodes.rejects
    },
    close: () => {
      carrier.close()
    },
  }
}

/** @returns also the exit code, if it was interrupted */
async function emptied(
  backlog: () => Promise<Backlog>,
): Promise<Backlog & { code: number | undefined }> {
  const display = new Display()
  const interruption = new Interruption((text) => display.say(text))
  const { signal } = interruption
  let most = 0
  let left: Backlog = { waiting: Infinity, failed: 0 }
  try {
    while (left.waiting > 0 && !signal.aborted) {
      try {
        left = await backlog()
        most = Math.max(most, left.waiting)
        display.draw(() => lineOf(left, most))
      } catch (error) {
        // It comes back, as an endpoint does.
        display.draw(() => `waiting: ${toError(error).message}`)
      }
      await sleep(interval, undefined, { signal }).catch(() => undefined)
    }
    return { ...left, code: interruption.code }
  } finally {
    display.clear()
    interruption.release()
  }
}

function lineOf({ waiting, failed }: Backlog, most: number): string {
  const share = most === 0 ? 1 : 1 - waiting / most
  const lost = failed > 0 ? `  ${formatCount(failed)} failed` : ''
  return `${bar(share)} ${Math.floor(share * 100)} %  ${formatCount(waiting, 'job')} waiting${lost}`
}
