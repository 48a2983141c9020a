// What a client does at the end of the process.

import { CorruptBatch, type Batch } from '../outbox/batch.js'
import type { Delivery } from '../delivery/delivery.js'
import { margin, spawnDelivery, type SpawnSettings } from './spawn-delivery.js'
import type { ExitHook } from './hooks.js'
import type { Failure } from '../delivery/failure.js'
import { writeStderr } from './write-stderr.js'
import type { Message } from '../spec/messages.js'

export interface ClientExitOptions {
  delivery: Delivery
  /** How long a process that has run out of work may still deliver, in milliseconds. */
  exitTimeout: number
  /** What the child process needs, or a text that says why only this process can make the requests. */
  settings: () => SpawnSettings | string
  /** Why the last request failed; undefined if it did not. */
  lastProblem: () => string | undefined
  /** Whether the application waits for `drain`, and will make more calls then. */
  isAwaited: () => boolean
  /** Reports the failures that wait for the next turn of the event loop, which will not come. */
  reportFailures: (timeLeft: number) => void
}

/** The outcomes of taken batches; those without one are still pending. */
interface Outcomes {
  readonly delivered: readonly (readonly [batch: Batch, isQueued: boolean])[]
  readonly failed: readonly (readonly [batch: Batch, failure: Failure])[]
  readonly pending: readonly Batch[]
  /** Why the last one was not delivered. */
  readonly reason: string
}

export class ClientExit implements ExitHook {
  readonly #options: ClientExitOptions
  #gaveUp = false

  constructor(options: ClientExitOptions) {
    this.#options = options
  }

  async flush(): Promise<void> {
    // Node emits 'beforeExit' again after each delivery; waiting again for what has just failed would never end.
    if (this.#gaveUp) return
    const { delivery, exitTimeout, isAwaited } = this.#options
    delivery.sender.expedite()
    // A program that waits for `drain` has not run out of work.
    this.#gaveUp = !(await delivery.flush(isAwaited() ? undefined : exitTimeout))
  }

  flushSync(timeLeft: number): void {
    const { outbox } = this.#options.delivery
    const end = performance.now() + timeLeft
    for (;;) {
      const { nextSequence } = outbox
      const left = Math.max(0, Math.floor(end - performance.now()))
      this.#flushOnce(left)
      // Callbacks and listeners may have made new calls. If each failure causes one, only the time limit ends this.
      if (outbox.nextSequence === nextSequence) return
      if (left <= margin) break
    }
    if (!outbox.isDurable) this.#abandon()
  }

  /** Delivers what it can, and settles everything that is not safe on disk. */
  #flushOnce(timeLeft: number): void {
    const { delivery, lastProblem, reportFailures } = this.#options
    const started = performance.now()
    const { outbox } = delivery
    // What is on disk is safe. It is still sent if the endpoint accepts requests, because the next start may be far off.
    const batches = outbox.isDurable && lastProblem() !== undefined ? [] : outbox.takeAll()
    if (batches.length > 0) {
      delivery.sender.interrupt()
      this.#settle(this.#deliver(batches, timeLeft))
    }
    reportFailures(Math.max(0, timeLeft - (performance.now() - started)))
  }

  #deliver(batches: readonly Batch[], timeLeft: number): Outcomes {
    const { delivery, settings, lastProblem } = this.#options
    const problem = lastProblem()
    const order = settings()
    if (typeof order === 'string') {
      return { delivered: [], failed: [], pending: batches, reason: order }
    }
    // If exitTimeout was not enough, and nothing was delivered since, a child would not succeed either.
    if (this.#gaveUp && problem !== undefined) {
      // If it is the queue that is away, there still is the endpoint.
      if (!order.queue || !order.credentials)
        return { delivered: [], failed: [], pending: batches, reason: problem }
      order.queue = undefined
    }
    const intact = batches.filter(({ isIntact }) => isIntact)
    const report =
      intact.length === 0
        ? { outcomes: [], reason: damaged.reason }
        : spawnDelivery(intact, order, timeLeft)
    const delivered: [Batch, boolean][] = []
    const failed: [Batch, Failure][] = []
    let { reason } = report
    // A corrupt batch is never sent. If it is on disk, it is left there to be read again.
    if (!delivery.outbox.isDurable) {
      for (const batch of batches) if (!batch.isIntact) failed.push([batch, damaged])
    }
    for (const { sequence, count, isQueued = false, failure } of report.outcomes) {
      // The child may have split a batch, and its parts may have different outcomes.
      const part = delivery.outbox.carve(sequence, count)
      if (!part) continue
      if (!failure) {
        delivered.push([part, isQueued])
      } else if (!delivery.outbox.isDurable || failure.code === 'rejected') {
        failed.push([part, failure])
        ;({ reason } = failure)
      }
    }
    const settled = new Set([...delivered, ...failed].map(([batch]) => batch))
    const pending = delivery.outbox.takeAll().filter((batch) => !settled.has(batch))
    return { delivered, failed, pending, reason }
  }

  #settle({ delivered, failed, pending, reason }: Outcomes): void {
    const { delivery } = this.#options
    const { outbox } = delivery
    const lost = failed.map(([batch]) => batch)
    if (!outbox.isDurable) lost.push(...pending)
    // Before any callback or listener runs: it may end the process.
    if (lost.length > 0) writeStderr(lineOn(lost, reason))
    // For the next process, or for this one if it survives the signal.
    if (outbox.isDurable) for (const batch of pending) outbox.replace(batch, [batch])
    for (const [batch, isQueued] of delivered) delivery.deliver(batch, isQueued)
    for (const [batch, failure] of failed) delivery.fail(batch, failure)
    if (outbox.isDurable) return
    for (const batch of pending) {
      delivery.fail(batch, {
        code: 'timeout',
        reason: `the process ended before it was delivered: ${reason}`,
      })
    }
  }

  /** Reports calls made after the time was up. Listeners do not receive them: they would only call again. */
  #abandon(): void {
    const { outbox } = this.#options.delivery
    const batches = outbox.takeAll()
    if (batches.length > 0) writeStderr(lineOn(batches, 'there was no time left'))
    // If the process survives, they are sent after all.
    for (const batch of batches) outbox.replace(batch, [batch])
  }
}

const damaged: Failure = { code: 'outbox_damaged', reason: new CorruptBatch().message }

/** The number of messages, their types, and the reason; nothing of their content. */
function lineOn(batches: readonly Batch[], reason: string): string {
  const types = batches.flatMap((batch) =>
    batch.isIntact
      ? (batch.messages() as Message[]).map(({ type }) => type)
      : Array.from({ length: batch.count }, () => 'unreadable'),
  )
  const counts = new Map<string, number>()
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1)
  const kinds = [...counts].map(([type, count]) => `${count} ${type}`).join(', ')
  const were = types.length === 1 ? 'message was' : 'messages were'
  return `${types.length} ${were} not delivered before the process ended: ${kinds} (${reason})`
}
