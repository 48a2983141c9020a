// What a worker is doing: a line that is redrawn on a terminal, or a line a minute in a log.

import type { WorkerStats } from '../../queue/work/job-runner.js'
import { formatCount } from '../shared/words.js'

/** In milliseconds. */
const drawInterval = 500
const logInterval = 60_000
const clearLine = '\r\u001B[K'

export class WorkDisplay {
  readonly #stream: NodeJS.WriteStream
  readonly #timer: NodeJS.Timeout
  #last = { at: performance.now(), delivered: 0 }
  #isDrawn = false

  constructor(
    stats: () => WorkerStats,
    backlog: () => Promise<number>,
    stream: NodeJS.WriteStream = process.stderr,
  ) {
    this.#stream = stream
    const interval = stream.isTTY ? drawInterval : logInterval
    this.#timer = setInterval(() => {
      // Without the engine nobody knows.
      void backlog()
        .catch(() => undefined)
        .then((waiting) => {
          this.#show(this.#lineOf(stats(), waiting))
        })
    }, interval)
  }

  /** Prints a line that stays. */
  say(text: string): void {
    this.#clear()
    this.#stream.write(`${text}\n`)
  }

  end(): void {
    clearInterval(this.#timer)
    this.#clear()
  }

  #lineOf({ delivered, failed, problem }: WorkerStats, waiting: number | undefined): string {
    const at = performance.now()
    const seconds = (at - this.#last.at) / 1000
    const rate = (delivered - this.#last.delivered) / seconds
    this.#last = { at, delivered }
    const parts = [
      `${formatCount(delivered)} delivered`,
      `${formatCount(rate)}/s`,
      waiting === undefined ? undefined : `${formatCount(waiting, 'job')} waiting`,
      failed === 0 ? undefined : `${formatCount(failed)} failed`,
      problem === undefined ? undefined : `retrying: ${problem}`,
    ]
    return parts.filter((part) => part !== undefined).join(', ')
  }

  #show(line: string): void {
    if (!this.#stream.isTTY) {
      this.#stream.write(`${line}\n`)
      return
    }
    this.#stream.write(clearLine + line.slice(0, (this.#stream.columns || 80) - 1))
    this.#isDrawn = true
  }

  #clear(): void {
    if (this.#isDrawn) this.#stream.write(clearLine)
    this.#isDrawn = false
  }
}
