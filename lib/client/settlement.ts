// Passes settled batches on to callbacks, events and warnings.

import type { Batch, SettleToken } from '../outbox/batch.js'
import type { DeliveryListener } from '../delivery/delivery.js'
import type { Failure } from '../delivery/failure.js'
import type { Lost } from '../outbox/outbox.js'
import { AnalyticsError } from '../spec/error.js'
import type { SafeEmitter } from './emitter.js'
import { messageTypes, type Message } from '../spec/messages.js'
import type { Callback, ErrorReporter } from '../failures/error-reporter.js'

/** How long an endpoint may accept nothing before a warning, in milliseconds. */
const struggleWarningAfter = 30_000

export class Settlement implements DeliveryListener {
  readonly #emitter: SafeEmitter
  readonly #reporter: ErrorReporter
  readonly #origin: string
  readonly #onDrained: () => void
  readonly #onRestored: () => void
  /** The warnings given so far: each is given once. */
  readonly #told = new Set<string>()
  /** For how long nothing had been accepted at the last warning; Infinity if it will not recover. */
  #warnedAt: number | undefined
  /** Why the endpoint did not accept the last request; undefined if it did. */
  problem: string | undefined

  constructor(
    emitter: SafeEmitter,
    reporter: ErrorReporter,
    origin: string,
    { onDrained, onRestored }: { onDrained: () => void; onRestored: () => void },
  ) {
    this.#emitter = emitter
    this.#reporter = reporter
    this.#origin = origin
    this.#onDrained = onDrained
    this.#onRestored = onRestored
  }

  delivered(batch: Batch): void {
    this.problem = undefined
    this.#warnedAt = undefined
    this.#callBack(batch, undefined)
    // Parsed only if someone listens.
    if (messageTypes.every((type) => this.#emitter.listenerCount(type) === 0)) return
    for (const event of batch.messages() as Message[]) this.#emitter.emit(event.type, { event })
  }

  failed(batch: Batch, { code, reason, status, cause }: Failure): void {
    const messages = (): Message[] => readable(batch, code).filter((each) => each !== undefined)
    const error = new AnalyticsError(code, reason, { status, cause, messages })
    this.#reporter.report(error, () => this.#callBack(batch, error))
  }

  dropped(batch: Batch, { code, reason }: Failure): void {
    const tokens = new Map<number, SettleToken>(batch.tokens())
    for (let index = 0; index < batch.count; index++) {
      const callback = tokens.get(index) as Callback | undefined
      const message = (): Message => batch.message(index) as Message
      this.#reporter.queue({
        code,
        reason,
        message,
        size: batch.sizeOf(index),
        callback,
        wasAccepted: true,
      })
    }
  }

  lost({ count, reason, cause, tokens }: Lost): void {
    // Their content is unknown.
    const error = new AnalyticsError('outbox_damaged', `${reason} (messages: ${count})`, { cause })
    this.#reporter.report(error, () => {
      for (const token of tokens) {
        this.#reporter.callBack(token as Callback, error, {} as Message)
      }
    })
  }

  restored(): void {
    this.#onRestored()
  }

  warn(text: string): void {
    if (this.#told.has(text)) return
    this.#told.add(text)
    this.#reporter.warn('SELFSAME_OUTBOX', text)
  }

  struggling(reason: string, failingFor: number, pending: number): void {
    this.problem = reason
    if (failingFor < struggleWarningAfter) return
    // Once, and once more if the problem has become one that will not recover by itself.
    const isWarned =
      failingFor === Infinity ? this.#warnedAt === Infinity : this.#warnedAt !== undefined
    if (isWarned) return
    this.#warnedAt = failingFor
    const since = failingFor === Infinity ? '' : ` for ${Math.round(failingFor / 1000)} s`
    this.#reporter.warn(
      'SELFSAME_STRUGGLING',
      `${this.#origin} has accepted nothing${since} (${reason}); retrying ${pending} pending ${pending === 1 ? 'message' : 'messages'}`,
    )
  }

  drain(): void {
    this.#emitter.emit('drain')
  }

  drained(): void {
    this.#onDrained()
    this.#emitter.emit('drained')
  }

  #callBack(batch: Batch, error: AnalyticsError | undefined): void {
    if (!batch.hasTokens) return
    const messages = error?.code === 'outbox_damaged' ? readable(batch, error.code) : undefined
    for (const [index, token] of batch.tokens()) {
      const message = messages ? (messages[index] ?? {}) : batch.message(index)
      this.#reporter.callBack(token as Callback, error, message as Message)
    }
  }
}

/** The messages of a batch; undefined in place of one that cannot be read, as in a damaged batch. */
function readable(batch: Batch, code: string): (Message | undefined)[] {
  if (code !== 'outbox_damaged') return batch.messages() as Message[]
  return Array.from({ length: batch.count }, (_, index) => {
    try {
      return batch.message(index) as Message
    } catch {
      return undefined
    }
  })
}
