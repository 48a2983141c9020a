// How a request authenticates: with the write key alone, or with an OAuth token beside it.

import type { Unanswered } from '../transport/answer.js'
import type { PackedOAuth } from './oauth-packed.js'

/** What the requests of one client carry. */
export interface Credentials {
  readonly writeKey: string
  /** The `Authorization` header as listeners may see it. */
  readonly shown: string
  /** Added to the end of the body's fields, with a comma before it; may be empty. */
  readonly bodyFields: string
  /**
   * The `Authorization` header of the next request, or, if there is none, the result that stands in for its answer.
   * Never rejects.
   */
  authorize(signal: AbortSignal): string | Promise<string | Unanswered>
  /** Whether a retry should use a new header, after the server has answered this header with this status. */
  isStale(header: string, status: number): boolean
  /** What another process needs to send in our name, as JSON; or a text that says why it cannot. */
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
