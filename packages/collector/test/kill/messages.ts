// Messages by number: each run makes the same of the same number.
import type { Incoming } from '../../lib/messages/incoming.js'
import type { CollectedMessage } from '../../lib/messages/message.js'

const START = Date.UTC(2026, 0, 1)

/** Visitors who log in, users with several devices, shared devices, companies. */
export function messageOf(number: number): Incoming {
  const person = hash(number) % 300
  const time = new Date(START + number * 1000).toISOString()
  const base = { messageId: `message-${number}`, receivedAt: time, timestamp: time }
  const anonymousId = number % 33 === 0 ? 'shared' : `visitor-${person}-${hash(number + 1) % 3}`
  const userId = `user-${person % 200}`
  return {
    message: { ...base, ...fieldsOf(number, { anonymousId, userId }) },
    space: 'web',
    source: 'web',
  }
}

function fieldsOf(
  number: number,
  ids: { anonymousId: string; userId: string },
): Pick<CollectedMessage, 'type'> & Partial<CollectedMessage> {
  switch (hash(number + 2) % 10) {
    case 0: {
      const traits = { email: `${ids.userId}@example.com`, [`trait ${number % 50}`]: number }
      return { type: 'identify', ...ids, traits }
    }
    case 1:
      return { type: 'group', ...ids, groupId: `g${number % 20}`, traits: { size: number } }
    case 2:
      return { type: 'page', anonymousId: ids.anonymousId, name: 'Home' }
    case 3:
      return { type: 'track', ...ids, event: `Event ${number % 25}`, properties: { number } }
    default: {
      const properties = { [`property ${number % 60}`]: 'x'.repeat(number % 500) }
      return {
        type: 'track',
        anonymousId: ids.anonymousId,
        event: `Event ${number % 5}`,
        properties,
      }
    }
  }
}

function hash(number: number): number {
  let x = Math.imul(number ^ 0x9e3779b9, 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
