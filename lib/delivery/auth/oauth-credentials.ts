// The credentials of a client with OAuth: a token, renewed when it expires, and the write key in the body.

import { toError } from '../../runtime/describe-value.js'
import type { Unanswered } from '../transport/answer.js'
import { orAbort } from '../transport/with-timeout.js'
import type { Credentials, PackedCredentials } from './credentials.js'
import type { Transport } from '../transport/transport.js'
import { ClientKey } from './oauth-client-key.js'
import type { PackedOAuth } from './oauth-packed.js'
import { TokenServer, type Token } from './oauth-token-server.js'

export interface OAuthCredentialsOptions {
  writeKey: string
  /** Issues new tokens; undefined if there can be none. */
  server: Pick<TokenServer, 'ask' | 'pack'> | undefined
  token?: Token | undefined
  /** Whether another process can also ask the server. */
  isPortable: boolean
}

/** A request for a token, shared by everything that needs one. */
interface Asking {
  answer: Promise<Token | Unanswered>
  waiting: number
  abort: AbortController
}

/** The statuses that may answer an expired or revoked token. */
const stale = new Set([401, 403, 511])

export class OAuthCredentials implements Credentials {
  readonly shown = 'Bearer [token]'
  readonly writeKey: string
  /** Segment HTTP API, Authentication: beside a token the write key stands in the body. */
  readonly bodyFields: string
  readonly #options: OAuthCredentialsOptions
  #token: Token | undefined
  #asking: Asking | undefined

  constructor(options: OAuthCredentialsOptions) {
    this.#options = options
    this.#token = options.token
    this.writeKey = options.writeKey
    this.bodyFields = `,"writeKey":${JSON.stringify(options.writeKey)}`
  }

  authorize(signal: AbortSignal): string | Promise<string | Unanswered> {
    const token = this.#goodToken
    return token ? headerOf(token) : this.#ask(signal)
  }

  isStale(header: string, status: number): boolean {
    if (!stale.has(status)) return false
    // Another request may have fetched a new one meanwhile.
    if (this.#token && headerOf(this.#token) === header) this.#token = undefined
    return true
  }

  pack(): PackedCredentials | string {
    const { writeKey, server, isPortable } = this.#options
    const token = this.#goodToken
    const oauth: PackedOAuth = {
      token: token && { text: token.text, life: token.goodUntil - performance.now() },
      server: isPortable ? server?.pack() : undefined,
    }
    if (oauth.token || oauth.server) return { writeKey, oauth }
    return isPortable
      ? 'a clientKey of oauth that is an asynchronous function cannot be called'
      : 'a custom httpClient of oauth cannot make requests'
  }

  get #goodToken(): Token | undefined {
    return this.#token && performance.now() < this.#token.goodUntil ? this.#token : undefined
  }

  /** One request at a time, even if several batches are in flight. */
  async #ask(signal: AbortSignal): Promise<string | Unanswered> {
    const asking = (this.#asking ??= this.#begin())
    asking.waiting++
    try {
      const answer = await orAbort(asking.answer, signal)
      return 'error' in answer ? answer : headerOf(answer)
    } catch (error) {
      return { error: toError(error) }
    } finally {
      if (--asking.waiting === 0) this.#end(asking)
    }
  }

  #begin(): Asking {
    const { server } = this.#options
    const abort = new AbortController()
    const answer = server
      ? server.ask(abort.signal)
      : Promise.resolve({ error: new Error('the OAuth token has run out') })
    const asking: Asking = { answer, waiting: 0, abort }
    const end = (given?: Token | Unanswered): void => {
      if (given && 'text' in given) this.#token = given
      if (this.#asking === asking) this.#asking = undefined
    }
    // It should never reject. If it does, the waiting requests get the error, and the next one asks again.
    answer.then(end, () => {
      end()
    })
    return asking
  }

  /** Nothing waits for it any more: a request without an answer is cancelled. */
  #end(asking: Asking): void {
    if (this.#asking !== asking) return
    this.#asking = undefined
    asking.abort.abort(new Error('the request was given up'))
  }
}

function headerOf({ text }: Token): string {
  return `Bearer ${text}`
}

/** Restores what another process has packed. */
export function unpackOAuth(
  writeKey: string,
  { token, server }: PackedOAuth,
  httpRequestTimeout: number,
  transport: Transport,
): OAuthCredentials {
  return new OAuthCredentials({
    writeKey,
    token: token && { text: token.text, goodUntil: performance.now() + token.life },
    server:
      server &&
      new TokenServer({
        ...server,
        clientKey: new ClientKey(server.clientKey, server.keyId),
        httpRequestTimeout,
        transport,
      }),
    isPortable: false,
  })
}
