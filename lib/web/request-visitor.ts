// Decides which calls of a request may carry the anonymous id of its cookies.

import { isSuccessorId } from '../browser-ids/successor-id.js'
import { isAbsent } from '../message/compose.js'
import { toId } from '../spec/fields.js'
import type { MessageType } from '../spec/messages.js'
import type { Visitor, VisitorIds } from '../message/visitor.js'

/** What the cookies of a request say. */
export interface VisitorCookies {
  readonly anonymousId: string | undefined
  readonly userId: string | undefined
}

/**
 * The anonymous id belongs to the user whom the cookies name, or, if they name none, to the first user that a call of the
 * request is about. A call about another user goes without it: otherwise two people would be merged for good.
 */
export class RequestVisitor implements Visitor {
  readonly ip: string | undefined
  readonly hint = 'no cookie: pass a userId, or set issue: true'
  readonly #anonymousId: string | undefined
  /** All ids of the user to whom the anonymous id belongs. */
  readonly #owner = new Set<string>()
  readonly #onAnotherUser: () => void

  /** @param onAnotherUser called when another user is identified; must not throw */
  constructor(ip: string | undefined, cookies: VisitorCookies, onAnotherUser: () => void) {
    this.ip = ip
    this.#anonymousId = cookies.anonymousId
    if (cookies.userId !== undefined) this.#owner.add(cookies.userId)
    this.#onAnotherUser = onAnotherUser
  }

  anonymousIdFor(
    type: MessageType | undefined,
    { userId, previousId }: VisitorIds,
  ): string | undefined {
    const id = this.#anonymousId
    const user = textOf(userId)
    if (id === undefined || user === undefined) return id
    if (!this.#isOwner(type, user, textOf(previousId))) {
      if (type === 'identify') this.#onAnotherUser()
      return undefined
    }
    return isSuccessorId(id) ? undefined : id
  }

  #isOwner(type: MessageType | undefined, user: string, previous: string | undefined): boolean {
    const owner = this.#owner
    if (owner.has(user)) return true
    // An alias says that both are one person.
    const isRenamed =
      type === 'alias' &&
      previous !== undefined &&
      (owner.has(previous) || previous === this.#anonymousId)
    if (owner.size > 0 && !isRenamed) return false
    // Asked by a getter, not by a call: this decides nothing.
    if (type !== undefined) owner.add(user)
    return true
  }
}

/** An id as it is sent; undefined if there is none, or if it is invalid, so that the call will be refused. */
function textOf(id: unknown): string | undefined {
  if (isAbsent(id)) return undefined
  try {
    return toId('userId', id)
  } catch {
    return undefined
  }
}
