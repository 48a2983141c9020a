// What the six calls are given: right, wrong, too large, and with users' code in it that runs while it is read.

import type { MessageType } from '../../lib/spec/messages.js'
import type { Variant } from './model.js'

/** What makes an argument what it is; for each variant of a call. */
export const ways = {
  valid: ['plain', 'bigint', 'circle', 'getter', 'toJSON', 'callback null'],
  invalid: ['no id', 'array', 'timestamp'],
  large: ['long', 'many bytes'],
  unreadable: ['getter throws', 'toJSON throws', 'deep getter throws', 'proxy'],
} as const satisfies Record<Variant, readonly string[]>

export type Way = (typeof ways)[Variant][number]

/** The variant that a way belongs to. */
export function variantOf(way: Way): Variant {
  return (Object.keys(ways) as Variant[]).find((variant) =>
    (ways[variant] as readonly Way[]).includes(way),
  )!
}

/** The text that a message carries, by which it is known whether it was changed. */
export function fillOf(way: Way, size: number, room: number): string {
  if (way === 'long') return 'x'.repeat(room + 600)
  if (way === 'many bytes') return '€'.repeat(room / 3 + 600)
  // The letters take one to three bytes each.
  const letter = ['x', 'é', '€'][size % 3]!
  return letter.repeat(Math.max(0, Math.min(size, Math.floor((room - 600) / 3))))
}

/** @param run runs users' code: what a getter or toJSON does */
export function argumentOf(
  { key, type, way, fill }: { key: string; type: MessageType; way: Way; fill: string },
  run: (place: string) => void,
): object {
  const fields = fieldsOf(way, fill, run)
  const own: Record<string, unknown> = { messageId: key, userId: 'u' }
  if (type === 'track') own.event = 'Event'
  if (type === 'group') own.groupId = 'g'
  if (type === 'alias') own.previousId = 'p'
  if (type === 'alias') own.context = fields
  else if (type === 'identify' || type === 'group') own.traits = fields
  else own.properties = fields
  if (way === 'no id') own.userId = ''
  if (way === 'timestamp') own.timestamp = 'yesterday'
  if (way === 'getter throws') {
    Object.defineProperty(own, 'context', {
      enumerable: true,
      get: () => {
        run('a getter')
        throw new Error('a getter throws')
      },
    })
  }
  if (way !== 'proxy') return own
  return new Proxy(own, {
    ownKeys: () => {
      run('a Proxy')
      throw new Error('a Proxy throws')
    },
  })
}

function fieldsOf(way: Way, fill: string, run: (place: string) => void): unknown {
  const fields: Record<string, unknown> = { fill }
  switch (way) {
    case 'array':
      return [fill]
    case 'bigint':
      return { ...fields, big: 1n }
    case 'circle':
      fields.self = { fields }
      return Object.defineProperty(fields, 'odd', { enumerable: true, get: () => run('a getter') })
    case 'getter':
      return Object.defineProperty(fields, 'odd', { enumerable: true, get: () => run('a getter') })
    case 'toJSON':
      return {
        toJSON: () => {
          run('a toJSON')
          return fields
        },
      }
    case 'deep getter throws':
      return {
        fill,
        deep: {
          get odd() {
            run('a getter')
            throw new Error('a getter throws')
          },
        },
      }
    case 'toJSON throws':
      return {
        toJSON: () => {
          run('a toJSON')
          throw new Error('a toJSON throws')
        },
      }
    default:
      return fields
  }
}
