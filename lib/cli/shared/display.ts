// Shows progress: a line that is redrawn on a terminal, or a line every ten seconds in a log.

import type { Progress } from '../../backfill/progress.js'
import { formatCount, formatSpan } from './words.js'

/** In milliseconds. */
const drawInterval = 200
const logInterval = 10_000
const barWidth = 20
const clearLine = '\r\u001B[K'

export class Display {
  readonly #stream: NodeJS.WriteStream
  readonly #started = performance.now()
  #firstDone: number | undefined
  #shownAt: number
  #isDrawn = false

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream
    this.#shownAt = stream.isTTY ? -Infinity : this.#started
  }

  update(progress: Progress): void {
    this.#firstDone ??= progress.done
    this.draw(() => (this.#stream.isTTY ? this.#terminalLine(progress) : this.#logLine(progress)))
  }

  /** Shows a line in place of the last one, or below it in a log, unless that was shown just now. */
  draw(line: () => string): void {
    const now = performance.now()
    const { isTTY } = this.#stream
    if (now - this.#shownAt < (isTTY ? drawInterval : logInterval)) return
    this.#shownAt = now
    this.#stream.write(isTTY ? clearLine + line() : `${line()}\n`)
    this.#isDrawn = isTTY
  }

  /** Prints a line that stays. */
  say(text: string): void {
    this.clear()
    this.#stream.write(`${text}\n`)
  }

  /** Removes the line that is redrawn. */
  clear(): void {
    if (this.#isDrawn) this.#stream.write(clearLine)
    this.#isDrawn = false
  }

  #terminalLine(progress: Progress): string {
    const width = (this.#stream.columns || 80) - 1
    const { rows, rejected, waitingFor } = progress
    const waits = waitingFor !== undefined && !waitingFor.startsWith('the pace')
    const share = shareOf(progress)
    const parts = [percent(share)?.padStart(5), formatCount(rows, 'row')]
    if (!waits) parts.push(`${formatCount(progress.rate)}/s`, this.#timeLeft(progress))
    parts.push(rejected === 0 ? undefined : `${formatCount(rejected)} rejected`)
    if (waits) parts.push(`waiting: ${waitingFor}`)
    const text = parts.filter((part) => part !== undefined).join('  ')
    const drawn = share === undefined || waits ? '' : `${bar(share)} `
    return cut(drawn.length + text.length <= width ? drawn + text : text, width)
  }

  #logLine(progress: Progress): string {
    const { rows, rejected, waitingFor, rate } = progress
    const parts = [
      formatCount(rows, 'row'),
      percent(shareOf(progress)),
      `${formatCount(rate)}/s`,
      this.#timeLeft(progress),
      rejected === 0 ? undefined : `${formatCount(rejected)} rejected`,
      waitingFor === undefined ? undefined : `waiting for: ${waitingFor}`,
    ]
    return parts.filter((part) => part !== undefined).join(', ')
  }

  #timeLeft({ done, total }: Progress): string | undefined {
    const first = this.#firstDone
    if (total === undefined || first === undefined || done <= first) return undefined
    const elapsed = performance.now() - this.#started
    return `${formatSpan(((total - done) / (done - first)) * elapsed)} left`
  }
}

function shareOf({ done, total }: Progress): number | undefined {
  return total === undefined || total === 0 ? undefined : Math.min(1, done / total)
}

function percent(share: number | undefined): string | undefined {
  return share === undefined ? undefined : `${Math.floor(share * 100)} %`
}

export function bar(share: number): string {
  return `[${'='.repeat(Math.round(share * barWidth)).padEnd(barWidth)}]`
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}
