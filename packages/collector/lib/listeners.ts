// Emits to listeners, whose failures stop nothing.
import { EventEmitter } from 'node:events'
import { isThenable } from '../../../lib/runtime/value-kinds.js'
import { type CollectorEvents, Latest } from './messages/records.js'

const MAX_ERRORS = 100

export class ListenedTo extends EventEmitter<CollectorEvents> {
  readonly #errors = new Latest<unknown>(MAX_ERRORS)

  /**
   * The last 100 things that the user's own functions threw, which are the listeners, misbehave functions and the
   * clock: assertions that failed in them, say. Also why a store failed.
   */
  get errors(): readonly unknown[] {
    return this.#errors.items
  }

  /** @internal */
  protected failed(error: unknown): void {
    this.#errors.push(error)
  }

  /** @internal */
  protected forgetErrors(): void {
    this.#errors.clear()
  }

  /**
   * As emit(), but what one listener throws, or rejects with, reaches neither the others nor the server.
   *
   * @internal
   */
  protected tell<Name extends keyof CollectorEvents>(
    name: Name,
    value: CollectorEvents[Name][0],
  ): void {
    if (this.listenerCount(name) === 0) return
    const failed = (error: unknown) => {
      this.failed(error)
    }
    for (const listener of this.rawListeners(name)) {
      try {
        const result: unknown = Reflect.apply(listener, this, [value])
        if (isThenable(result)) result.then(undefined, failed)
      } catch (error) {
        failed(error)
      }
    }
  }
}
