// The messageId of a historical message, which is the same each time the message is made.

import { hash } from 'node:crypto'

const prefix = 'backfill-'

/**
 * `backfill-` and a SHA-256 in hexadecimal: 73 characters; the API allows 99.
 *
 * @param content the message as canonical JSON, without what differs from run to run: the library's version, `sentAt`
 */
export function messageIdOf(runName: string, content: string): string {
  // With the length of the name, no other pair of name and content gives the same text.
  return prefix + hash('sha256', `${runName.length}:${runName}:${content}`)
}
