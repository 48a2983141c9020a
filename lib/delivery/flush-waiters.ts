// Which flush waits for which messages: each covers the messages that were pending when it began, and may overlap any other.

import type { Waiting } from '../outbox/outbox.js'
import { longestTimer } from '../runtime/timer.js'

interface Flush {
  /** The place of the first message that it does not cover. */
  readonly mark: number
  /** What it does not cover either: it had been put aside. */
  readonly except: Pick<Waiting, 'sequence' | 'count'>[]
  /** How many of its messages are not settled yet. */
  remaining: number
  readonly end: (settled: boolean) => void
}

export class FlushWaiters {
  readonly #waiting = new Set<Flush>()
  #isOver = false

  /** The place up to which messages should go without waiting for more to fill their batch. */
  get mark(): number {
    let mark = 0
    for (const flush of this.#waiting) mark = Math.max(mark, flush.mark)
    return mark
  }

  /**
   * Resolves once the `pending` messages before `mark` are settled: with true, or with false if `timeout`
   * milliseconds were not enough.
   *
   * @param except of the messages before `mark`, those that are not waited for
   */
  async wait(
    mark: number,
    pending: number,
    timeout: number | undefined,
    except: readonly Waiting[] = [],
  ): Promise<boolean> {
    if (pending === 0) return true
    if (this.#isOver) return false
    return new Promise((resolve) => {
      const end = (settled: boolean): void => {
        clearInterval(timer)
        this.#waiting.delete(flush)
        resolve(settled)
      }
      const flush: Flush = {
        mark,
        except: [...except],
        remaining: pending,
        end,
      }
      // Not unref'd, unlike every other timer: somebody waits, perhaps at the top level of a module.
      const timer = setInterval(
        () => {
          if (timeout !== undefined) end(false)
        },
        Math.min(timeout ?? Infinity, longestTimer),
      )
      this.#waiting.add(flush)
    })
  }

  /** Notes for all that wait that the messages of a batch are settled. */
  settle({ sequence, count }: Pick<Waiting, 'sequence' | 'count'>): void {
    for (const flush of this.#waiting) {
      const isExcepted = flush.except.some(
        (each) => each.sequence <= sequence && sequence < each.sequence + each.count,
      )
      if (isExcepted) continue
      flush.remaining -= Math.max(0, Math.min(flush.mark, sequence + count) - sequence)
      if (flush.remaining <= 0) flush.end(true)
    }
  }

  /** Notes for all that wait that a batch was put aside: they wait for it no longer, nor count it when it is settled. */
  exclude({ sequence, count }: Pick<Waiting, 'sequence' | 'count'>): void {
    this.settle({ sequence, count })
    for (const flush of this.#waiting) flush.except.push({ sequence, count })
  }

  /** Nothing more is going to be settled: every wait ends with false, and no new one begins. */
  stop(): void {
    this.#isOver = true
    for (const flush of this.#waiting) flush.end(false)
  }
}
