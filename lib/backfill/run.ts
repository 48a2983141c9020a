// One run: reads and sends rows, and records in the checkpoint how far it is.

import { toError } from '../runtime/describe-value.js'
import { credentialsFor, transportFor } from '../client/connect.js'
import type { Failure } from '../delivery/failure.js'
import { warn } from '../runtime/warnings.js'
import { within } from '../runtime/within.js'
import { UserCode } from '../runtime/user-code.js'
import { RowTracker } from './row-tracker.js'
import type { Checkpoint, CheckpointFile, RunFingerprint } from './checkpoint.js'
import { PacedDelivery, type PacedDeliveryOptions } from '../delivery/paced/paced-delivery.js'
import { progressInterval, Rate } from './progress.js'
import type { BackfillSettings } from './read-options.js'
import { Reader } from './reader.js'
import type { Rejects } from './rejects.js'
import { BackfillError, tooManyRejects, type BackfillReport } from './report.js'
import { Saver } from './saver.js'
import type { BackfillSource } from './sources/source.js'
import type { Work } from './work.js'

export interface RunParts {
  readonly settings: BackfillSettings
  readonly source: BackfillSource
  readonly fingerprint: RunFingerprint
  readonly checkpointFile: CheckpointFile | undefined
  readonly rejects: Rejects
  /** The checkpoint to resume from. */
  readonly start: Checkpoint | undefined
  readonly work: Work
}

/** How long requests in flight may take when the run is stopped, in milliseconds. */
const landing = 3_000
/** The most bytes of rejected lines that may wait for the next save. */
const maxRejectsBytes = 512 * 1024
/** If the first so many messages are refused and none is delivered, all will be refused. */
const plainlyWrong = 100

export class Run {
  readonly #parts: RunParts
  readonly #delivery: PacedDelivery
  readonly #tracker: RowTracker
  readonly #reader: Reader
  readonly #saver: Saver
  readonly #userCode = new UserCode()
  readonly #rate = new Rate()
  readonly #started = performance.now()
  #total: number | undefined
  #savedRows = 0
  #refused = 0
  #isComplete = false
  #stopped: { error?: BackfillError } | undefined
  #stop!: () => void
  readonly #whenStopped = new Promise<void>((resolve) => (this.#stop = resolve))
  #whenSettled: (() => void) | undefined
  #whenLanded: (() => void) | undefined

  constructor(parts: RunParts) {
    const { settings, source, rejects, start, work } = parts
    this.#parts = parts
    this.#delivery = new PacedDelivery(deliveryOptions(settings), {
      delivered: (sequence, count) => this.#delivered(sequence, count),
      refused: (sequence, count, failure) => this.#refuse(sequence, count, failure),
      unreachable: (host, cause) => {
        const text = `the run was stopped: there is no host ${host} (ENOTFOUND); check host`
        this.#halt(new BackfillError('unreachable', text, { cause }))
      },
    })
    this.#tracker = new RowTracker(
      { ...parts, maxRejects: settings.maxRejects },
      {
        done: () => {
          if (rejects.waiting > maxRejectsBytes) this.#saver.request()
          this.#reader.giveRoom()
        },
        tooManyRejects: (rejected, rows) =>
          this.#halt(new BackfillError('too_many_rejects', tooManyRejects(rejected, rows))),
        rejectsFailed: (error) => this.#halt(fileFailed(error)),
      },
    )
    this.#rate.measure(this.#tracker.live.delivered, this.#started)
    const [delivery, tracker] = [this.#delivery, this.#tracker]
    const mapping = work.mapping(settings, delivery.outbox.maxMessageBytes)
    this.#reader = new Reader({
      settings,
      source,
      start,
      delivery,
      tracker,
      rejects,
      mapping,
    })
    this.#saver = new Saver(
      () => this.#save(),
      (error) => this.#halt(fileFailed(error)),
    )
  }

  async run(): Promise<BackfillReport> {
    const { signal } = this.#parts.settings
    const abort = (): void => this.#halt()
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    // It also holds the process open, which the timers of the delivery do not.
    const ticker = setInterval(() => this.#tick(), progressInterval)
    try {
      void this.#learnTotal()
      // Saves before anything is sent: a run that could not be resumed must not begin.
      this.#saver.request()
      await this.#saver.idle()
      await Promise.race([this.#sendAll(), this.#whenStopped])
      if (this.#stopped) await this.#land()
      return await this.#finish()
    } finally {
      clearInterval(ticker)
      signal?.removeEventListener('abort', abort)
      this.#delivery.stop()
      await this.#parts.rejects.close()
    }
  }

  async #sendAll(): Promise<void> {
    const { outbox } = this.#delivery
    try {
      const isAll = await this.#reader.read()
      if (this.#stopped) return
      outbox.drain()
      this.#delivery.poke()
      if (outbox.count > 0) await new Promise<void>((resolve) => (this.#whenSettled = resolve))
      this.#isComplete = isAll
    } catch (error) {
      this.#halt(error as BackfillError)
    }
  }

  #delivered(sequence: number, count: number): void {
    this.#tracker.live.delivered += count
    this.#settle(sequence, count)
  }

  #refuse(sequence: number, count: number, { reason, status, cause }: Failure): void {
    // For a single message, these mean that it is at fault. Any other status would meet all later messages as well.
    if (status !== 400 && status !== 413) {
      const { url } = this.#parts.settings.client
      const help = status === 404 ? ` to ${url}; check host and path` : ''
      const text = `the run was stopped: ${reason}${help}`
      this.#halt(new BackfillError('refused', text, { status, cause }))
      this.#whenNothingIsUnderWay()
      return
    }
    this.#tracker.refuse(sequence, count, {
      kind: `refused by the server: ${status}`,
      reason,
      status,
    })
    this.#refused += count
    const isPlain = this.#tracker.live.delivered === 0 && this.#refused >= plainlyWrong
    if (isPlain && this.#parts.work.expectsRefusals !== true) {
      const text = `the run was stopped: the server refused every one of the first ${this.#refused} messages: ${reason}`
      this.#halt(new BackfillError('too_many_rejects', text, { status }))
    }
    this.#settle(sequence, count)
  }

  #settle(sequence: number, count: number): void {
    this.#tracker.settle(sequence, count)
    this.#saver.request()
    this.#whenNothingIsUnderWay()
    this.#reader.giveRoom()
  }

  #whenNothingIsUnderWay(): void {
    const { outbox } = this.#delivery
    if (outbox.count === 0) this.#whenSettled?.()
    if (outbox.inFlight === 0) this.#whenLanded?.()
  }

  #halt(error?: BackfillError): void {
    if (this.#stopped) return
    this.#stopped = error ? { error } : {}
    this.#delivery.outbox.shut()
    this.#reader.stop()
    this.#stop()
  }

  /** Lets requests in flight end, so that their messages need not be sent again. */
  async #land(): Promise<void> {
    if (this.#delivery.outbox.inFlight === 0) return
    await within(landing, new Promise<void>((resolve) => (this.#whenLanded = resolve)))
  }

  async #finish(): Promise<BackfillReport> {
    this.#delivery.stop()
    await this.#reader.close()
    this.#saver.request()
    await this.#saver.idle()
    this.#tellProgress()
    const report = this.#report()
    const error = this.#stopped?.error
    if (!error) return report
    const { code, message, status, cause } = error
    throw new BackfillError(code, message, { report, status, cause })
  }

  #report(): BackfillReport {
    const { checkpointFile, rejects, start, settings } = this.#parts
    const totals = this.#tracker.totals()
    const { delivered } = totals
    return {
      ...totals,
      ...(settings.client.delivery ? { delivered: 0, queued: delivered } : {}),
      firstTimestamp: totals.firstTimestamp,
      lastTimestamp: totals.lastTimestamp,
      duration: this.#duration,
      completed: this.#stopped === undefined,
      position: this.#tracker.position ?? undefined,
      resumedFrom: start?.totals.rows,
      checkpoint: checkpointFile?.path,
      rejects: rejects.path,
    }
  }

  get #duration(): number {
    return Math.round((this.#parts.start?.duration ?? 0) + performance.now() - this.#started)
  }

  async #save(): Promise<void> {
    const { checkpointFile, rejects, fingerprint, settings } = this.#parts
    const { settledUntil } = this.#tracker
    const content = {
      name: settings.name,
      completed: this.#isComplete && !this.#stopped,
      fingerprint,
      ...this.#tracker.last,
      totals: this.#tracker.totals(),
      duration: this.#duration,
      rejects: rejects.mark,
    }
    // Written before the checkpoint that covers them.
    await rejects.flush()
    await checkpointFile?.write(content)
    this.#delivery.outbox.confirm(settledUntil)
    this.#delivery.poke()
    this.#reader.giveRoom()
  }

  #tick(): void {
    // If rows are only skipped or rejected, no request triggers a save.
    const { rows } = this.#tracker
    if (rows > this.#savedRows) this.#saver.request()
    this.#savedRows = rows
    this.#tellProgress()
  }

  #tellProgress(): void {
    const { source, settings } = this.#parts
    const { onProgress } = settings
    if (!onProgress) return
    const progress = {
      ...this.#tracker.live,
      pending: this.#delivery.outbox.count,
      rate: this.#rate.measure(this.#tracker.live.delivered, performance.now()),
      total: this.#total,
      done: source.done?.() ?? this.#tracker.live.rows,
      waitingFor: this.#waitingFor,
    }
    this.#userCode.call('onProgress', () => onProgress(progress))
  }

  get #waitingFor(): string | undefined {
    const isStarved = this.#reader.isWaiting && this.#delivery.outbox.inFlight === 0
    return this.#delivery.waitingFor ?? (isStarved ? 'the source' : undefined)
  }

  async #learnTotal(): Promise<void> {
    try {
      this.#total = await this.#parts.source.total
    } catch {
      // The progress bar then has no end.
    }
  }
}

function deliveryOptions({ client, rate }: BackfillSettings): PacedDeliveryOptions {
  const transport = transportFor(client)
  const { delivery, httpRequestTimeout: timeout } = client
  const queue = delivery && {
    place: delivery.place,
    carrier: delivery({ timeout, warn: (text) => warn('SELFSAME_QUEUE', text) }),
  }
  return { ...client, rate, transport, credentials: credentialsFor(client, transport), queue }
}

function fileFailed(error: unknown): BackfillError {
  const reason = `the run was stopped: ${toError(error).message}`
  return new BackfillError('file_failed', reason, { cause: error })
}
