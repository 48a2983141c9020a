// The methods of a client may be passed around: `const { track } = analytics`.

import { messageTypes } from '../spec/messages.js'

const names = [...messageTypes, 'flush', 'close', 'closeAndFlush', 'stats', 'use', 'with'] as const

type Method = (...args: never[]) => unknown

/** Code written for `@segment/analytics-node` takes methods off the client. */
export function bindMethods(client: Record<(typeof names)[number], Method>): void {
  for (const name of names) {
    const value: unknown = client[name].bind(client)
    Object.defineProperty(client, name, { value, writable: true, configurable: true })
  }
}
