// The messageId of a historical message: the same whenever the same message is made again.

import { hash } from 'node:crypto'

const prefix = 'backfill-'

/**
 * `backfill-` and a SHA-256 in hexadecimal: 73 characters, of the 99 that the API allows.
 *
 * @param content the message as canonical JSON, without what differs from run to run: the library's version, `sentAt`
 */
export function messageIdOf(runName: string, content: string): string {
  // The name's own length tells where it ends: no name and content can be taken for another pair.
  return prefix + hash('sha256', `${runName.length}:${runName}:${content}`)
}
