// A dry run: everything but sending and writing.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { toError } from '../runtime/describe-value.js'
import { UserCode } from '../runtime/user-code.js'
import type { Message } from '../spec/messages.js'
import { isTooMany } from './row-tracker.js'
import { rejectionOf, type RowMapping } from './mapping.js'
import { progressInterval } from './progress.js'
import type { BackfillSettings } from './read-options.js'
import { longestTurn } from './reader.js'
import { BackfillError, tooManyRejects, type DryRunReport } from './report.js'
import type { BackfillSource, BrokenRow, RowPosition, SourceRow } from './sources/source.js'
import { Suspicions } from './suspicions.js'
import { Totals } from './totals.js'

const maxSamples = 5
const maxExamplesOfKind = 2

export class DryRun {
  readonly #source: BackfillSource
  readonly #settings: BackfillSettings
  readonly #mapping: RowMapping
  readonly #totals = new Totals()
  readonly #suspicions = new Suspicions()
  readonly #samples: Message[] = []
  readonly #rejectedExamples: DryRunReport['rejectedExamples'] = []
  readonly #userCode = new UserCode()
  readonly #started = performance.now()
  #total: number | undefined
  #told = -Infinity

  constructor(source: BackfillSource, settings: BackfillSettings, mapping: RowMapping) {
    this.#source = source
    this.#settings = settings
    this.#mapping = mapping
  }

  /** Begins at the first row, whatever a checkpoint says. */
  async run(): Promise<DryRunReport> {
    const { signal, limit } = this.#settings
    let turnEnds = performance.now() + longestTurn
    let completed = true
    try {
      this.#total = await this.#source.total
      for await (const read of this.#source.open()) {
        if (signal?.aborted) {
          completed = false
          break
        }
        await this.#take(read)
        this.#checkRejects()
        if (this.#totals.rows >= limit) break
        if (performance.now() < turnEnds) continue
        this.#tellProgress()
        await nextTurn()
        turnEnds = performance.now() + longestTurn
      }
    } catch (error) {
      const report = this.#report(false)
      if (error instanceof BackfillError) {
        throw new BackfillError(error.code, error.message, { report })
      }
      const reason = `the source failed: ${toError(error).message}`
      throw new BackfillError('source_failed', reason, { report, cause: error })
    }
    this.#told = -Infinity
    this.#tellProgress()
    return this.#report(completed)
  }

  async #take(read: SourceRow | BrokenRow): Promise<void> {
    const totals = this.#totals
    totals.rows++
    if (!('row' in read)) {
      this.#reject(read.position, { kind: 'not readable', reason: read.broken })
      return
    }
    const { row, position } = read
    try {
      const made = this.#mapping.messagesOf(row, position)
      // Most mappings are synchronous, and a needless await costs time.
      const messages = Array.isArray(made) ? made : await made
      if (messages.length === 0) totals.skipped++
      const parsed: Message[] = []
      for (const { text, timestamp } of messages) {
        totals.messages++
        totals.bytes += Buffer.byteLength(text)
        if (timestamp !== undefined) totals.span(timestamp, timestamp)
        parsed.push(JSON.parse(text) as Message)
      }
      this.#samples.push(...parsed.slice(0, maxSamples - this.#samples.length))
      this.#suspicions.look(position, parsed)
    } catch (error) {
      this.#reject(position, rejectionOf(error))
    }
  }

  #reject(position: RowPosition, rejection: ReturnType<typeof rejectionOf>): void {
    const { kind, reason, value } = rejection
    const counted = this.#totals.reject(kind)
    if (counted > maxExamplesOfKind) return
    this.#rejectedExamples.push({ position, reason, ...(value === undefined ? {} : { value }) })
  }

  #checkRejects(): void {
    const { rejected, rows } = this.#totals
    if (!isTooMany(this.#totals, this.#settings.maxRejects)) return
    throw new BackfillError('too_many_rejects', tooManyRejects(rejected, rows))
  }

  #report(completed: boolean): DryRunReport {
    return {
      ...this.#totals.data(),
      firstTimestamp: this.#totals.firstTimestamp,
      lastTimestamp: this.#totals.lastTimestamp,
      duration: Math.round(performance.now() - this.#started),
      completed,
      position: undefined,
      resumedFrom: undefined,
      checkpoint: undefined,
      rejects: undefined,
      samples: this.#samples,
      suspicions: this.#suspicions.list(),
      rejectedExamples: this.#rejectedExamples,
    }
  }

  #tellProgress(): void {
    const { onProgress } = this.#settings
    const now = performance.now()
    if (!onProgress || now - this.#told < progressInterval) return
    this.#told = now
    const { rows, messages: sent, skipped, rejected, bytes } = this.#totals
    const done = this.#source.done?.() ?? rows
    const counts = { rows, sent, delivered: 0, skipped, rejected, pending: 0, rate: 0, bytes }
    this.#userCode.call('onProgress', () =>
      onProgress({ ...counts, total: this.#total, done, waitingFor: undefined }),
    )
  }
}
