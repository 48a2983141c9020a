// The anonymous id that a browser gets when another user logs in there.

import { randomUUID } from 'node:crypto'

/**
 * A uuid whose version is 8 (RFC 9562: of one's own making), so that the server knows it again without keeping a list.
 *
 * It must not be sent beside a userId by the server: analytics-next takes the anonymous id from the cookie, but the user
 * from its localStorage, and until the page has called `identify()` it sends this id with the user before.
 */
export function successorId(): string {
  const id = randomUUID()
  return `${id.slice(0, 14)}8${id.slice(15)}`
}

const successor = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export function isSuccessorId(id: string): boolean {
  return successor.test(id)
}
