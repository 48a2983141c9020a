// An outbox that knows whether it is in the middle of a change.

import type { Outbox, OutboxFactory, OutboxListener } from '../../lib/outbox/outbox.js'

const methods = [
  'append',
  'take',
  'replace',
  'postpone',
  'settle',
  'takeAll',
  'carve',
  'open',
  'close',
] as const

const notices = ['dropped', 'restored', 'lost', 'ready', 'warn'] as const

type Functions = Record<string, ((...args: unknown[]) => unknown) | undefined>

export class OutboxProbe {
  readonly #running: string[] = []
  readonly #onAccepted: (text: string) => void

  /** @param onAccepted gets the text of each message that the outbox has taken on */
  constructor(onAccepted: (text: string) => void) {
    this.#onAccepted = onAccepted
  }

  /** What is running now, outermost first; empty where the outbox is at rest. */
  get running(): string {
    return this.#running.join(' > ')
  }

  /** The same outbox, watched. */
  watch(factory: OutboxFactory): OutboxFactory {
    return (settings) => {
      const listener = { ...settings.listener }
      this.#watchAll(listener, settings.listener, notices)
      const outbox = factory({ ...settings, listener })
      this.#watchAll(outbox, outbox, methods)
      return outbox
    }
  }

  #watchAll(target: Outbox | OutboxListener, source: object, names: readonly string[]): void {
    const from = source as Functions
    for (const name of names) {
      const method = from[name]
      if (!method) continue
      Object.assign(target, {
        [name]: (...args: unknown[]): unknown => {
          this.#running.push(name)
          try {
            const result: unknown = Reflect.apply(method, source, args)
            if (result === 'accepted') this.#onAccepted(args[0] as string)
            return result
          } finally {
            this.#running.pop()
          }
        },
      })
    }
  }
}
