// What arrived, for the text of a failure.

import type { Message } from '../spec/messages.js'
import { show } from './expected.js'
import type { Subject } from './subject.js'

/** More would hide the rest of the failure. */
const most = 20
const longestLine = 160

/** The messages of a subject, one a line, and why there may be fewer than expected. */
export function listOf({ messages, errors = [], obstacle }: Subject): string {
  const count = messages.length
  const head =
    count === 0
      ? 'nothing has arrived'
      : `${count} ${count === 1 ? 'message' : 'messages'} arrived:`
  const lines = messages
    .slice(0, most)
    .map((message, index) => `  ${index + 1}. ${lineOf(message)}`)
  if (count > most) lines.push(`  … and ${count - most} more`)
  return [
    head,
    ...lines,
    ...errors.slice(0, most).map(({ code, message }) => `failed: ${code}: ${message}`),
    ...(obstacle === undefined ? [] : [obstacle]),
  ].join('\n')
}

/** `track "Signed Up" userId u1 anonymousId a1 { plan: 'premium' }` */
function lineOf(message: Message): string {
  const { type, event, name, properties, traits } = message
  const title = event ?? name
  const ids = ['userId', 'anonymousId', 'groupId', 'previousId'].flatMap((field) =>
    typeof message[field] === 'string' ? [`${field} ${message[field]}`] : [],
  )
  const details = properties ?? traits
  const parts = [
    type,
    ...(title === undefined ? [] : [JSON.stringify(title)]),
    ...ids,
    ...(details === undefined ? [] : [show(details)]),
  ]
  const line = parts.join(' ').replaceAll('\n', ' ')
  return line.length > longestLine ? `${line.slice(0, longestLine)}…` : line
}
