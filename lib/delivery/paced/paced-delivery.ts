// Delivery at a pace: the same sender as in a client, with an outbox that releases batches at the pace.

import { errorCode } from '../../runtime/describe-value.js'
import type { Batch } from '../../outbox/batch.js'
import { describeAnswer, type AttemptResult } from '../transport/answer.js'
import { Poster, type PosterOptions } from '../poster.js'
import type { QueueCarrier } from '../queue-factory.js'
import type { Failure } from '../failure.js'
import type { NextTry } from '../retry-policy.js'
import { Sender, type SendObserver } from '../sender.js'
import type { Transport } from '../transport/transport.js'
import { PacedOutbox } from './paced-outbox.js'
import { PacedSink } from './paced-sink.js'
import { RateLimit } from './rate-limit.js'

/**
 * The most that a request carries, in seconds of the pace. Over any ten seconds the pace may be off by one request, so
 * requests must not be large.
 */
const lump = 0.2

export interface PacedDeliveryOptions extends PosterOptions {
  /** Messages a second; 0 for no limit. */
  readonly rate: number
  readonly maxInFlight: number
  readonly maxBatchSize: number
  readonly maxBatchBytes: number
  readonly maxMessageBytes: number
  /** A queue in place of the server, and where it is. */
  readonly queue: { readonly place: string; readonly carrier: QueueCarrier } | undefined
}

export interface PacedListener {
  /** So many messages from a place on were delivered. */
  delivered(sequence: number, count: number): void
  /** They were refused, and will not be retried. */
  refused(sequence: number, count: number, failure: Failure): void
  /** The first request has found no such host: probably a wrong name, not an outage. */
  unreachable(host: string, cause: Error): void
}

export class PacedDelivery {
  readonly outbox: PacedOutbox
  /** The messages of a full request, and the most that may wait or be in flight. */
  readonly batchSize: number
  readonly window: number
  readonly #rate: number
  readonly #host: string
  #wasAnswered = false
  readonly #sender: Sender
  readonly #transport: Transport
  readonly #queue: QueueCarrier | undefined
  #trouble: { text: string; until: number | undefined; seconds: number } | undefined
  #timer: NodeJS.Timeout | undefined
  #timerAt = Infinity

  constructor(options: PacedDeliveryOptions, listener: PacedListener) {
    const { rate, maxInFlight, maxBatchSize, transport, credentials, queue } = options
    this.#rate = rate
    this.#host = queue?.place ?? new URL(options.url).host
    this.#queue = queue?.carrier
    this.#transport = transport
    const paced = Math.max(1, Math.ceil(rate * lump))
    this.batchSize = rate === 0 ? maxBatchSize : Math.min(maxBatchSize, paced)
    this.window = (maxInFlight + 1) * this.batchSize
    const limit = new RateLimit(rate)
    const maxBatchBytes = options.maxBatchBytes - Buffer.byteLength(credentials.bodyFields)
    const limits = { ...options, maxBatchBytes, maxBatchSize: this.batchSize, window: this.window }
    const outbox = new PacedOutbox(limits, limit)
    this.outbox = outbox
    this.#sender = new Sender({
      outbox,
      sink: new PacedSink(this.#queue?.sink ?? new Poster(options), limit, this.batchSize),
      load: () => this.#load(),
      maxInFlight,
      maxRetries: Infinity,
      maxRetryDuration: Infinity,
      policy: { isDue: () => outbox.isDue, isUrgent: () => true },
      observer: this.#observer(listener),
    })
  }

  #observer(listener: PacedListener): SendObserver {
    const onFailed = (batch: Batch, failure: Failure): void => {
      this.#settle(batch)
      listener.refused(batch.sequence, batch.count, failure)
    }
    return {
      onDelivered: (batch) => {
        this.#wasAnswered = true
        this.#settle(batch)
        listener.delivered(batch.sequence, batch.count)
      },
      onFailed,
      // Retries have no limit: no batch is exhausted.
      onExhausted: onFailed,
      onRetry: (_batch, answer, next) => {
        this.#checkHost(answer, listener)
        this.#retry(answer, next)
      },
      onIdle: () => this.poke(),
    }
  }

  /** Sends what is due, and sets a timer for what will be due later. */
  poke(): void {
    if (this.outbox.isDue) {
      this.#sender.wake()
      return
    }
    const { wait } = this.outbox
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

  /** What it is waiting for, as text for people; undefined if it is not waiting. */
  get waitingFor(): string | undefined {
    const trouble = this.#trouble
    if (trouble) {
      const { text, until, seconds } = trouble
      if (until === undefined) return `${text}; retry within ${seconds} s`
      return `${text}; retry in ${Math.max(0, Math.ceil((until - performance.now()) / 1000))} s`
    }
    return this.outbox.isPaced ? `the pace (${this.#rate}/s)` : undefined
  }

  /** Cancels what is in flight, and closes the connections. May be called twice. */
  stop(): void {
    this.outbox.shut()
    clearTimeout(this.#timer)
    this.#sender.stop()
    this.#transport.close?.()
    this.#queue?.close()
  }

  /** Whether the server has asked to wait. This holds whatever becomes of the requests in flight. */
  get #mustWait(): boolean {
    return performance.now() < (this.#trouble?.until ?? 0)
  }

  #settle(batch: Batch): void {
    if (!this.#mustWait) this.#trouble = undefined
    this.outbox.settle(batch)
  }

  #checkHost(answer: AttemptResult, listener: PacedListener): void {
    const isNotFound = 'error' in answer && errorCode(answer.error) === 'ENOTFOUND'
    if (isNotFound && !this.#wasAnswered) listener.unreachable(this.#host, answer.error)
    if (!isNotFound) this.#wasAnswered = true
  }

  #retry(answer: AttemptResult, { decision, wait }: NextTry): void {
    const answered = describeAnswer(answer)
    const text = 'error' in answer ? `${this.#host}: ${answered}` : answered
    const isAsked = decision === 'retry-after'
    if (!isAsked && this.#mustWait) return
    const until = isAsked ? performance.now() + wait : undefined
    this.#trouble = { text, until, seconds: Math.ceil(wait / 1000) }
  }

  /** An error is ignored here: the try that needs the transport reports it. */
  async #load(): Promise<void> {
    try {
      if (!this.#queue) await this.#transport.load?.()
    } catch {
      // See above.
    }
  }
}
