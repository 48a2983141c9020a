// The anonymous id that a browser gets when another user logs in there.

import { randomUUID } from 'node:crypto'

/**
 * A uuid of version 8 (RFC 9562: custom), so that the server recognises it without keeping a list.
 *
 * The server must not send it together with a userId: analytics-next takes the anonymous id from the cookie but the user
 * from localStorage, and until the page calls `identify()`, it sends this id with the user before.
 */
export function successorId(): string {
  const id = randomUUID()
  return `${id.slice(0, 14)}8${id.slice(15)}`
}

const successor = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export function isSuccessorId(id: string): boolean {
  return successor.test(id)
}
