// Which flush waits for which messages. Each covers the messages that were pending when it began; they may overlap.

import type { Waiting } from '../outbox/outbox.js'
import { longestTimer } from '../runtime/timer.js'

interface Flush {
  /** The place of the first message that it does not cover. */
  readonly mark: number
  /** Earlier messages that it does not cover, because they were put aside. */
  readonly except: Pick<Waiting, 'sequence' | 'count'>[]
  /** How many of its messages are not yet settled. */
  remaining: number
  readonly end: (settled: boolean) => void
}

export class FlushWaiters {
  readonly #waiting = new Set<Flush>()
  #isOver = false

  /** Messages before this place should go without waiting for their batch to fill. */
  get mark(): number {
    let mark = 0
    for (const flush of this.#waiting) mark = Math.max(mark, flush.mark)
    return mark
  }

  /**
   * Resolves with true once the `pending` messages before `mark` are settled, or with false after `timeout`
   * milliseconds.
   *
   * @param except messages before `mark` that this does not wait for
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
      // Unlike every other timer, not unref'd: the flush may be awaited at the top level of a module.
      const timer = setInterval(
        () => {
          if (timeout !== undefined) end(false)
        },
        Math.min(timeout ?? Infinity, longestTimer),
      )
      this.#waiting.add(flush)
    })
  }

  /** Counts the messages of a settled batch for every waiting flush. */
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

  /** Excludes a batch that was put aside: no flush waits for it any longer, nor counts it when it is settled. */
  exclude({ sequence, count }: Pick<Waiting, 'sequence' | 'count'>): void {
    this.settle({ sequence, count })
    for (const flush of this.#waiting) flush.except.push({ sequence, count })
  }

  /** Resolves all waiting flushes with false, and every later one at once. */
  stop(): void {
    this.#isOver = true
    for (const flush of this.#waiting) flush.end(false)
  }
}
