// Messages on their way: the library's own delivery, with a gate before it that keeps the pace.

import { describeAnswer, classify, retryAfterMs, type AttemptResult } from '../delivery/answer.js'
import { Sender, type Failure } from '../delivery/sender.js'
import type { Transport } from '../delivery/transport.js'
import type { Batch } from '../outbox/batch.js'
import { credentialsFor, transportFor } from '../posting.js'
import { Gate } from './gate.js'
import { PacedPoster } from './paced-poster.js'
import { Pacer } from './pacer.js'
import type { BackfillSettings } from './read-options.js'

/**
 * The part of a second that a request carries at most. Larger ones would come in lumps: over any ten seconds the pace
 * would be off by as much as one of them.
 */
const lump = 0.2

/** The ceiling of the sender's backoff, in seconds, after so many failures of one batch (lib/delivery/backoff.ts). */
const longestBackoff = (failures: number): number => Math.min(60, 0.5 * 2 ** (failures - 1))

export interface DispatchListener {
  /** So many messages from a place on were delivered. */
  delivered(sequence: number, count: number): void
  /** They were refused, and will not be tried again. */
  refused(sequence: number, count: number, failure: Failure): void
}

export class Dispatch {
  readonly gate: Gate
  /** How many messages make a request, and how many may wait or be under way. */
  readonly batchSize: number
  readonly window: number
  readonly #rate: number
  readonly #sender: Sender
  readonly #transport: Transport
  readonly #failures = new WeakMap<Batch, number>()
  #trouble: { text: string; until: number | undefined; seconds: number } | undefined
  #timer: NodeJS.Timeout | undefined
  #timerAt = Infinity

  constructor(
    { client, rate }: Pick<BackfillSettings, 'client' | 'rate'>,
    listener: DispatchListener,
  ) {
    const { maxInFlight } = client
    this.#rate = rate
    this.batchSize =
      rate === 0
        ? client.maxBatchSize
        : Math.min(client.maxBatchSize, Math.max(1, Math.ceil(rate * lump)))
    this.window = (maxInFlight + 1) * this.batchSize
    const pacer = new Pacer(rate)
    this.#transport = transportFor(client)
    const credentials = credentialsFor(client, this.#transport)
    const maxBatchBytes = client.maxBatchBytes - Buffer.byteLength(credentials.bodyFields)
    const limits = { ...client, maxBatchBytes, maxBatchSize: this.batchSize, window: this.window }
    this.gate = new Gate(limits, pacer)
    const { gate } = this
    const onFailed = (batch: Batch, failure: Failure): void => {
      this.#settle(batch)
      listener.refused(batch.sequence, batch.count, failure)
    }
    // Tries are without end here; a sender that tells the two apart has the same done with both.
    const failures = { onFailed, onExhausted: onFailed }
    const carrying = { ...client, transport: this.#transport, credentials }
    this.#sender = new Sender({
      outbox: gate,
      poster: new PacedPoster(carrying, pacer, this.batchSize),
      load: () => this.#load(),
      maxInFlight,
      maxRetries: client.maxRetries,
      maxRetryDuration: client.maxRetryDuration,
      isDue: () => gate.isDue,
      isUrgent: () => true,
      onDelivered: (batch) => {
        this.#settle(batch)
        listener.delivered(batch.sequence, batch.count)
      },
      ...failures,
      onRetry: (batch, answer) => this.#retry(batch, answer),
      onIdle: () => this.poke(),
    })
  }

  /** Sends what is due, and sees to it that what will be is sent then. */
  poke(): void {
    if (this.gate.isDue) {
      this.#sender.wake()
      return
    }
    const { wait } = this.gate
    if (wait === undefined) return
    const at = performance.now() + wait
    if (at >= this.#timerAt) return
    clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity
      this.poke()
    }, Math.ceil(wait))
  }

  /** What it waits for, for a person; undefined where it does not. */
  get waitingFor(): string | undefined {
    const trouble = this.#trouble
    if (trouble) {
      const { text, until, seconds } = trouble
      if (until === undefined) return `${text}; tried again within ${seconds} s`
      return `${text}; tried again in ${Math.max(0, Math.ceil((until - performance.now()) / 1000))} s`
    }
    return this.gate.isPaced ? `the pace (${this.#rate}/s)` : undefined
  }

  /** Gives up what is under way, and lets go of the connections. */
  stop(): void {
    this.gate.shut()
    clearTimeout(this.#timer)
    this.#sender.stop()
    this.#transport.close?.()
  }

  /** The server has asked to wait; whatever becomes of what was under way then, all wait. */
  get #mustWait(): boolean {
    return performance.now() < (this.#trouble?.until ?? 0)
  }

  #settle(batch: Batch): void {
    if (!this.#mustWait) this.#trouble = undefined
    this.gate.settle(batch)
  }

  #retry(batch: Batch, answer: AttemptResult): void {
    const text = describeAnswer(answer)
    if (classify(answer, batch.count) === 'retry-after') {
      const until = performance.now() + (retryAfterMs(answer) ?? 0)
      this.#trouble = { text, until, seconds: 0 }
      return
    }
    if (this.#mustWait) return
    const failures = (this.#failures.get(batch) ?? 0) + 1
    this.#failures.set(batch, failures)
    this.#trouble = { text, until: undefined, seconds: Math.ceil(longestBackoff(failures)) }
  }

  /** What cannot be loaded is the answer to the try that needs it. */
  async #load(): Promise<void> {
    try {
      await this.#transport.load?.()
    } catch {
      // That try says why.
    }
  }
}
