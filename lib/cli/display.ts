// How far the work is: a bar where somebody looks, a line every ten seconds where it goes to a log.

import type { SingleBar } from 'cli-progress'

/** How it stands. */
export interface Standing {
  /** `12,000 rows`. */
  readonly count: string
  /** Messages a second. */
  readonly rate: number
  readonly rejected: number
  /** In the unit of `total`; both undefined where the end is not known. */
  readonly done?: number | undefined
  readonly total?: number | undefined
  /** What it waits for, for a person. */
  readonly waitingFor?: string | undefined
}

const logInterval = 10_000
const barWidth = 20

export const formatCount = (count: number): string => Math.round(count).toLocaleString('en-US')

export class Display {
  readonly #stream: NodeJS.WriteStream
  readonly #started = performance.now()
  #firstDone: number | undefined
  #bar: SingleBar | undefined
  #lastLine = performance.now()
  #standing: Standing | undefined

  private constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  static async start(stream: NodeJS.WriteStream = process.stderr): Promise<Display> {
    const display = new Display(stream)
    if (stream.isTTY) await display.#startBar()
    return display
  }

  update(standing: Standing): void {
    this.#standing = standing
    this.#firstDone ??= standing.done
    if (this.#bar) {
      this.#bar.update(0)
      return
    }
    if (performance.now() - this.#lastLine < logInterval) return
    this.#lastLine = performance.now()
    this.#stream.write(`${this.#logLine(standing)}\n`)
  }

  /** A line of its own, above the bar. */
  say(text: string): void {
    this.#clear()
    this.#stream.write(`${text}\n`)
    // The bar goes back to where it began when it is stopped: that is a line further down now.
    if (this.#bar) this.#stream.write('\u001B7')
  }

  stop(): void {
    const bar = this.#bar
    this.#bar = undefined
    bar?.stop()
  }

  async #startBar(): Promise<void> {
    const { SingleBar } = await import('cli-progress').then(({ default: library }) => library)
    const bar = new SingleBar({
      format: () => this.#barLine(),
      stream: this.#stream,
      fps: 5,
      clearOnComplete: true,
      hideCursor: null,
      // Lines are cut to the width; a mode of the terminal would stay changed where the process is killed.
      linewrap: true,
      // Signals are not the bar's business.
      gracefulExit: false,
    })
    this.#bar = bar
    bar.start(1, 0)
  }

  #clear(): void {
    if (this.#bar) this.#stream.write('\r\u001B[K')
  }

  #barLine(): string {
    const width = (this.#stream.columns || 80) - 1
    const standing = this.#standing
    if (!standing) return 'starting'.slice(0, width)
    const { count, waitingFor } = standing
    const rejected = rejectedOf(standing)
    const waits = waitingFor !== undefined && !waitingFor.startsWith('the pace')
    const share = shareOf(standing)
    const percent = share === undefined ? undefined : `${Math.floor(share * 100)} %`.padStart(5)
    const parts = waits
      ? [percent, count, rejected, `waiting: ${waitingFor}`]
      : [percent, count, `${formatCount(standing.rate)}/s`, this.#left(standing), rejected]
    const text = parts.filter((part) => part !== undefined).join('  ')
    const bar = share === undefined || waits ? '' : `${drawn(share)} `
    return cut(bar.length + text.length <= width ? bar + text : text, width)
  }

  #logLine(standing: Standing): string {
    const { count, waitingFor, rate } = standing
    const share = shareOf(standing)
    const percent = share === undefined ? undefined : `${Math.floor(share * 100)} %`
    const waiting = waitingFor === undefined ? undefined : `waiting for: ${waitingFor}`
    const parts = [
      count,
      percent,
      `${formatCount(rate)}/s`,
      this.#left(standing),
      rejectedOf(standing),
      waiting,
    ]
    return parts.filter((part) => part !== undefined).join(', ')
  }

  #left({ done, total }: Standing): string | undefined {
    const first = this.#firstDone
    if (done === undefined || total === undefined || first === undefined || done <= first)
      return undefined
    const elapsed = performance.now() - this.#started
    return `${span(((total - done) / (done - first)) * elapsed)} left`
  }
}

function shareOf({ done, total }: Standing): number | undefined {
  if (done === undefined || total === undefined || total === 0) return undefined
  return Math.min(1, done / total)
}

function rejectedOf({ rejected }: Standing): string | undefined {
  return rejected === 0 ? undefined : `${formatCount(rejected)} rejected`
}

function drawn(share: number): string {
  const full = Math.round(share * barWidth)
  return `[${'='.repeat(full)}${' '.repeat(barWidth - full)}]`
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

/** `45 s`, `12 min`, `3 h 20 min`. */
export function span(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
