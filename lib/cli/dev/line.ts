// What arrived, in one line each.

import type { ReceivedMessage, ReceivedRejection } from '../shared/load-collector.js'

const ids = ['userId', 'anonymousId', 'previousId', 'groupId'] as const

/** `10:00:00.000 track "Signed Up" userId="u1" {"plan":"premium"}`: the time is UTC. */
export function messageLine(message: ReceivedMessage): string {
  const parts = [message.receivedAt.slice(11, 23), message.type]
  const name = message.type === 'track' ? message.event : message.name
  if (typeof name === 'string') parts.push(quoted(name))
  for (const id of ids) {
    const value = message[id]
    if (value !== undefined && value !== null) parts.push(`${id}=${quoted(value)}`)
  }
  const details = quoted(message.traits ?? message.properties ?? {})
  if (details !== '{}') parts.push(details)
  return parts.join(' ')
}

export function rejectionLine({ code, reason }: ReceivedRejection): string {
  return escaped(`rejected ${code}: ${reason}`)
}

/** JSON has no line breaks, but may have control characters, which a terminal obeys. */
function quoted(value: unknown): string {
  return escaped(JSON.stringify(value))
}

function escaped(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex -- they are what is replaced
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
