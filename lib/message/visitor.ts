// What a message takes from the request in which its call was made.

import type { MessageType } from '../spec/messages.js'

/** The browser that sent a request. */
export interface Visitor {
  /** Becomes `context.ip` if neither the call, its binding nor the client has one. */
  readonly ip: string | undefined
  /** Added to the error of a call that has no id at all. */
  readonly hint: string
  /**
   * The browser's anonymous id, for a call about this user; undefined if the cookies assign it to another user.
   * Never throws.
   *
   * @param type of the call, if there is one
   * @param ids as the caller gave them, not checked yet
   */
  anonymousIdFor(type: MessageType | undefined, ids: VisitorIds): string | undefined
}

export interface VisitorIds {
  readonly userId?: unknown
  readonly previousId?: unknown
}
