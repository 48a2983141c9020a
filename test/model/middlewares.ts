// Middlewares: each does to some messages what a middleware may do, and what it may not.

import type { Middleware } from '../../lib/message/middleware.js'
import type { Message } from '../../lib/spec/messages.js'
import type { Client } from './client.js'
import type { Coverage } from './coverage.js'
import type { Books, Call } from './model.js'
import type { Reaction } from './reactions.js'

export const middlewareKinds = [
  'pass',
  'copy',
  'drop',
  'throw',
  'promise',
  'rejecting promise',
  'number',
  'wrong message',
  'unreadable message',
] as const

export type MiddlewareKind = (typeof middlewareKinds)[number]

export interface MiddlewarePlan {
  kind: MiddlewareKind
  /** It does so with every so many messages. */
  every: number
  /** What it does besides. */
  reaction: Reaction
}

export function middlewareOf(
  { kind, every, reaction }: MiddlewarePlan,
  { client, books, coverage }: { client: Client; books: Books; coverage: Coverage },
): Middleware {
  let count = 0
  return (message) => {
    const call = books.find(message)
    // What it calls itself is refused.
    const before = books.calls.length
    client.run('a middleware', reaction)
    for (const own of books.calls.slice(before)) if (own.variant === 'valid') own.handled = 'broken'
    if (!call) books.violate(`a middleware was given ${JSON.stringify(message)}`)
    if (!call || ++count % every !== 0) return message
    coverage.hit(`middleware ${kind}`)
    return applied(kind, message, call)
  }
}

function applied(kind: MiddlewareKind, message: Message, call: Call): Message | null {
  if (kind === 'pass') return message
  if (kind === 'copy') return { ...message }
  call.handled = kind === 'drop' ? 'dropped' : 'broken'
  switch (kind) {
    case 'drop':
      return null
    case 'throw':
      throw new Error('a middleware throws')
    case 'promise':
      return Promise.resolve(message) as unknown as Message
    case 'rejecting promise':
      return Promise.reject(new Error('a middleware rejects')) as unknown as Message
    case 'number':
      return 7 as unknown as Message
    case 'wrong message':
      return { ...message, userId: '', anonymousId: '' }
    default:
      return Object.defineProperty({ ...message }, 'context', {
        enumerable: true,
        get: () => {
          throw new Error('a getter throws')
        },
      })
  }
}
