// Ctrl-C: the first one stops the run cleanly, the second one at once.

import { exitCodes } from './exit-codes.js'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export class Interruption {
  readonly #controller = new AbortController()
  readonly #listeners = new Map<NodeJS.Signals, () => void>()
  #code: number | undefined

  /** @param tell prints a message for the person who interrupted */
  constructor(tell: (text: string) => void) {
    for (const signal of signals) {
      const listener = (): void => {
        if (this.#code !== undefined) {
          tell('stopped at once')
          process.exit(exitCodes[signal])
        }
        this.#code = exitCodes[signal]
        tell('stopping after the requests in flight; interrupt again to stop at once')
        this.#controller.abort()
      }
      this.#listeners.set(signal, listener)
      process.on(signal, listener)
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The exit code of a run that was interrupted; undefined if it was not. */
  get code(): number | undefined {
    return this.#code
  }

  /** Restores the default meaning of the signals. */
  release(): void {
    for (const [signal, listener] of this.#listeners) process.off(signal, listener)
  }
}
