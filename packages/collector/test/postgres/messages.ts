// Messages as they are taken in.
import type { Incoming } from '../../lib/messages/incoming.js'
import type { CollectedMessage } from '../../lib/messages/message.js'

export const SPACE = 'the space'
export const SOURCE = 'My Shop'
export const START = Date.UTC(2026, 0, 1)

let made = 0

/** A track call, where nothing else is said. */
export function message(fields: Partial<CollectedMessage> & { at?: number }): Incoming {
  const { at = START, ...rest } = fields
  made += 1
  const time = new Date(at).toISOString()
  const basis = { type: 'track', event: 'Clicked', receivedAt: time, timestamp: time } as const
  const messageId = `message ${made}`
  return { space: SPACE, source: SOURCE, message: { messageId, ...basis, ...rest } }
}
