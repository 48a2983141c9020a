// By what a request says whose it is: the write key alone, or the write key beside an OAuth token.

import type { Unanswered } from '../transport/answer.js'
import type { PackedOAuth } from './oauth-packed.js'

/** What the requests of one client carry. */
export interface Credentials {
  readonly writeKey: string
  /** The `Authorization` header as listeners may see it. */
  readonly shown: string
  /** What stands after the body's own fields, a comma before it; empty if there is nothing. */
  readonly bodyFields: string
  /**
   * The `Authorization` header of the next request, or what takes the place of its answer if there is none. Never
   * rejects.
   */
  authorize(signal: AbortSignal): string | Promise<string | Unanswered>
  /** Whether another header is worth a try, now that the server has answered this status to this one. */
  isStale(header: string, status: number): boolean
  /** What another process needs to send in our name, as JSON; a text that says why it cannot. */
  pack(): PackedCredentials | string
}

export interface PackedCredentials {
  writeKey: string
  oauth?: PackedOAuth | undefined
}

/** Segment HTTP API, Authentication: the write key as the user, no password, the colon included. */
export class BasicCredentials implements Credentials {
  readonly writeKey: string
  readonly shown = 'Basic [write key]'
  readonly bodyFields = ''
  readonly #header: string

  constructor(writeKey: string) {
    this.writeKey = writeKey
    this.#header = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
  }

  authorize(): string {
    return this.#header
  }

  isStale(): boolean {
    return false
  }

  pack(): PackedCredentials {
    return { writeKey: this.writeKey }
  }
}
