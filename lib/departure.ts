// What one client does when the process ends.

import type { Batch } from './outbox/batch.js'
import type { Delivery } from './delivery/delivery.js'
import { deliverLast, type LastDeliverySettings } from './delivery/last-delivery.js'
import type { Leaver } from './delivery/process-end.js'
import { lastWord } from './last-word.js'
import type { Message } from './message/types.js'

export interface DepartureOptions {
  delivery: Delivery
  /** Milliseconds that a process which has run out of work may go on delivering. */
  exitTimeout: number
  /** What the child process needs to know; a text that says why only this process can make the requests. */
  settings: () => LastDeliverySettings | string
  /** Why the endpoint did not take the last batch that it was offered. */
  lastProblem: () => string | undefined
  /** Whether somebody waits for `drain`, and will go on calling then. */
  isAwaited: () => boolean
  /** Tells the failures that wait to be told: the event loop will not turn again. */
  tellFailures: () => void
}

export class Departure implements Leaver {
  readonly #options: DepartureOptions
  #gaveUp = false

  constructor(options: DepartureOptions) {
    this.#options = options
  }

  async flush(): Promise<void> {
    // Node says 'beforeExit' again after every delivery; a second wait for what has just failed would never end.
    if (this.#gaveUp) return
    const { delivery, exitTimeout, isAwaited } = this.#options
    delivery.sender.expedite()
    // A program that waits for room has not run out of work: it has only nothing else to do.
    this.#gaveUp = !(await delivery.flush(isAwaited() ? undefined : exitTimeout))
  }

  leave(timeLeft: number): void {
    const { delivery, tellFailures, lastProblem } = this.#options
    // What is on disk is safe. It goes now where nothing speaks against it, for the next start may be far.
    const batches =
      delivery.outbox.isDurable && lastProblem() !== undefined ? [] : delivery.outbox.takeAll()
    if (batches.length > 0) {
      delivery.sender.interrupt()
      const lost = this.#deliver(batches, timeLeft)
      if (lost.messages.length > 0) lastWord(lineOn(lost.messages, lost.reason))
    }
    tellFailures()
  }

  /** Delivers what it can, and settles everything. Returns what is lost. */
  #deliver(batches: Batch[], timeLeft: number): { messages: Message[]; reason: string } {
    const { delivery, settings, lastProblem } = this.#options
    const lost: Message[] = []
    const problem = lastProblem()
    let reason = problem ?? 'there was no time'
    const order = settings()
    if (typeof order === 'string') {
      reason = order
    } else if (!this.#gaveUp || problem === undefined) {
      // Where exitTimeout was not enough and nothing has been delivered since, a child would wait in vain too.
      const report = deliverLast(batches, order, timeLeft)
      reason = report.reason
      for (const { sequence, count, failure } of report.outcomes) {
        // The child may have split a batch, and its parts may have ended differently.
        const part = delivery.outbox.carve(sequence, count)
        if (!part) continue
        if (!failure) {
          delivery.deliver(part)
          continue
        }
        if (delivery.outbox.isDurable && failure.code !== 'rejected') continue
        lost.push(...(part.messages() as Message[]))
        reason = failure.reason
        delivery.fail(part, failure)
      }
    }
    for (const batch of delivery.outbox.takeAll()) {
      if (delivery.outbox.isDurable) {
        // For the next process, or for this one, where it survives the signal.
        delivery.outbox.replace(batch, [batch])
        continue
      }
      lost.push(...(batch.messages() as Message[]))
      delivery.fail(batch, {
        code: 'timeout',
        reason: `the process ended before it was delivered: ${reason}`,
      })
    }
    return { messages: lost, reason }
  }
}

/** How many, of which kinds, and why: nothing of their content. */
function lineOn(messages: Message[], reason: string): string {
  const counts = new Map<string, number>()
  for (const { type } of messages) counts.set(type, (counts.get(type) ?? 0) + 1)
  const kinds = [...counts].map(([type, count]) => `${count} ${type}`).join(', ')
  const were = messages.length === 1 ? 'message was' : 'messages were'
  return `${messages.length} ${were} not delivered before the process ended: ${kinds} (${reason})`
}
