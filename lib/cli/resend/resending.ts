// One resend: lines are read, and each is sent, filtered out, or told as broken.

import type { Display } from '../display.js'
import { formatCount } from '../display.js'
import { lineOfBroken, type Failures } from './failures.js'
import type { BrokenLine, Letter } from './letter.js'
import { lettersOf } from './letters.js'
import { emptyReport, type ResendReport } from './report.js'
import type { Resender } from './resender.js'

export interface ResendingParts {
  readonly file: string
  readonly fromLine: number
  /** undefined: all. */
  readonly codes: ReadonlySet<string> | undefined
  /** undefined in a dry run. */
  readonly resender: Resender | undefined
  readonly failures: Failures
  readonly display: Display
  readonly signal: AbortSignal
  /** Of the file, in bytes. */
  readonly total: number | undefined
}

const showInterval = 200

export class Resending {
  readonly report: ResendReport = emptyReport()
  readonly #parts: ResendingParts
  readonly #started = performance.now()
  /** The first line that was neither sent, filtered out nor told as broken. */
  #next: number
  #read = 0

  constructor(parts: ResendingParts) {
    this.#parts = parts
    this.#next = parts.fromLine
  }

  /** Fills the report, also where it throws. */
  async run(): Promise<void> {
    const { resender } = this.#parts
    const ticker = setInterval(() => this.#show(), showInterval)
    let isWhole = false
    try {
      isWhole = await this.#readAll()
    } finally {
      try {
        await resender?.end()
      } finally {
        clearInterval(ticker)
        this.#close(isWhole)
      }
    }
  }

  /** @returns whether all lines were read */
  async #readAll(): Promise<boolean> {
    const { file, fromLine } = this.#parts
    for await (const some of lettersOf(file, fromLine, (bytes) => (this.#read += bytes)))
      for (const letter of some) if (!(await this.#take(letter))) return false
    return true
  }

  /** @returns false where the run was stopped before this line */
  async #take(letter: Letter | BrokenLine): Promise<boolean> {
    const { codes, resender, failures, signal } = this.#parts
    const { report } = this
    if (signal.aborted) return false
    if ('reason' in letter) {
      this.#tellBroken(letter)
      report.broken++
    } else if (codes && !codes.has(letter.code)) report.filtered++
    else {
      if (resender && !(await resender.send(letter))) return false
      report.messages++
      report.byCode[letter.code] = (report.byCode[letter.code] ?? 0) + 1
      report.byType[letter.type] = (report.byType[letter.type] ?? 0) + 1
    }
    report.lines++
    this.#next = letter.line + 1
    report.rejects = failures.count > 0 ? failures.path : null
    return true
  }

  #tellBroken(line: BrokenLine): void {
    const { resender, failures, display } = this.#parts
    if (resender) failures.add([lineOfBroken(line)])
    else display.say(`line ${line.line}: ${line.reason}`)
  }

  #close(isWhole: boolean): void {
    const { resender, failures } = this.#parts
    const { report } = this
    const pendingLine = resender?.firstPendingLine
    report.delivered = resender?.delivered ?? 0
    report.pending = resender?.pending ?? report.messages
    report.failed = report.messages - report.delivered - report.pending
    report.rejects = failures.count > 0 ? failures.path : null
    report.completed = isWhole && pendingLine === undefined
    report.fromLine = report.completed ? null : (pendingLine ?? this.#next)
  }

  #show(): void {
    const { resender, failures, display, total } = this.#parts
    const delivered = resender?.delivered ?? 0
    display.update({
      count: `${formatCount(delivered)} sent`,
      rate: (delivered * 1000) / (performance.now() - this.#started),
      rejected: failures.count,
      done: this.#read,
      total,
      waitingFor: resender?.waitingFor,
    })
  }
}
