// Asks the authorization server for a token, and interprets the answer.

import { toError } from '../../runtime/describe-value.js'
import { version } from '../../runtime/version.js'
import type { Unanswered } from '../transport/answer.js'
import { orAbort, withTimeout } from '../transport/with-timeout.js'
import { plainHeaders, type HttpClientResponse } from '../transport/http-client.js'
import { plainError } from '../transport/plain-error.js'
import type { Transport } from '../transport/transport.js'
import { assertion } from './oauth-assertion.js'
import { type ClientKey, type SigningKey, WrongKey } from './oauth-client-key.js'
import type { PackedTokenServer } from './oauth-packed.js'

export interface Token {
  text: string
  /** Until when it should be used, on the monotonic clock. */
  goodUntil: number
}

export interface TokenServerOptions {
  authServer: string
  clientId: string
  clientKey: ClientKey
  scope: string
  /** Milliseconds for one try, including the function `clientKey`. */
  httpRequestTimeout: number
  transport: Transport
}

/** What the server has answered. */
interface Reply {
  status: number
  headers: Record<string, string>
  /** Its text; an error if that could not be read. */
  text: string | Error
  /** When it was asked, on the monotonic clock. */
  asked: number
}

/** A token is not used in the last part of its life, in milliseconds, nor in the last tenth of a shorter one. */
const longestMargin = 60_000

/** The longest life that an application can choose (Segment documentation: OAuth 2.0), in seconds. Longer ones are cut. */
const longestLife = 30 * 24 * 3600

/** The longest answer that is read, in characters. */
const longestText = 64 * 1024

/** How much the server's `Date` may differ from our clock, in milliseconds: it has whole seconds, and takes time to arrive. */
const clockTolerance = 3_000

/** RFC 6749, 5.2: the codes of a refusal. No other text of the server is repeated. */
const refusal =
  /^(invalid_(request|client|grant|scope)|unauthorized_client|unsupported_grant_type)$/

export class TokenServer {
  readonly #options: TokenServerOptions
  readonly #origin: string
  /** How far the server's clock is ahead of ours, in milliseconds; 0 until a difference matters. */
  #clockOffset = 0

  constructor(options: TokenServerOptions) {
    this.#options = options
    this.#origin = new URL(options.authServer).origin
  }

  /** What another process needs to ask it; undefined if the key is not available synchronously. */
  pack(): PackedTokenServer | undefined {
    const { authServer, clientId, clientKey, scope } = this.#options
    const key = clientKey.atOnce
    return key && { authServer, clientId, clientKey: key.clientKey, keyId: key.keyId, scope }
  }

  /** One try. Never rejects: a failure is the result of the request that needs the token. */
  async ask(signal: AbortSignal): Promise<Token | Unanswered> {
    const sent: string[] = []
    try {
      return await withTimeout(this.#options.httpRequestTimeout, signal, (bounds) =>
        this.#ask(sent, bounds),
      )
    } catch (error) {
      const { message, code } = plainError(error, sent) as NodeJS.ErrnoException
      return this.#nothing(code ?? message)
    }
  }

  async #ask(sent: string[], signal: AbortSignal): Promise<Token | Unanswered> {
    let key: SigningKey
    try {
      key = await orAbort(this.#options.clientKey.read(), signal)
    } catch (error) {
      return noKey(error instanceof WrongKey ? error.given : 'a function that gives no key in time')
    }
    let reply = await this.#post(key, sent, signal)
    // With a wrong clock an assertion is not valid yet, or no longer.
    if ((reply.status === 400 || reply.status === 401) && this.#setClock(reply.headers.date))
      reply = await this.#post(key, sent, signal)
    return this.#read(reply)
  }

  async #post(key: SigningKey, sent: string[], signal: AbortSignal): Promise<Reply> {
    const { authServer, clientId, scope, httpRequestTimeout: timeout, transport } = this.#options
    const now = Date.now() + this.#clockOffset
    const proof = assertion({ clientId, audience: authServer, now }, key)
    sent.push(proof, key.clientKey)
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: proof,
      scope,
    })
    const asked = performance.now()
    const request = transport.post({
      url: `${authServer}/token`,
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Accept: 'application/json',
        'Accept-Encoding': 'identity',
        'User-Agent': `selfsame/${version}`,
      },
      body: Buffer.from(form.toString()),
      timeout,
      signal,
    })
    const response = await orAbort(request, signal)
    const text = await orAbort(textOf(response), signal)
    return { status: response.status, headers: plainHeaders(response.headers), text, asked }
  }

  /** Adopts the server's clock if it differs from ours. */
  #setClock(date = ''): boolean {
    const server = date.endsWith(' GMT') ? Date.parse(date) : NaN
    const isWrong = Math.abs(server - Date.now() - this.#clockOffset) > clockTolerance
    if (isWrong) this.#clockOffset = server - Date.now()
    return isWrong
  }

  /** The table of docs/oauth.md, "When there is no token". */
  #read({ status, headers, text, asked }: Reply): Token | Unanswered {
    if (status >= 200 && status < 300) {
      if (typeof text !== 'string')
        return this.#nothing(`its answer ${status} cannot be read: ${text.message}`)
      return this.#tokenOf(text, asked)
    }
    const answered = `it answered ${status}`
    if (status === 429 || status === 503)
      return { ...this.#nothing(answered), retryAfter: headers['retry-after'] }
    if (status >= 500 || status === 408) return this.#nothing(answered)
    const code = typeof text === 'string' ? fieldsOf(text).error : undefined
    const why = typeof code === 'string' && refusal.test(code) ? ` ${code}` : ''
    const check = 'check the clientId, clientKey, keyId, authServer and scope of oauth'
    return { ...this.#nothing(`${answered}${why}; ${check}`), needsHelp: true }
  }

  #tokenOf(text: string, asked: number): Token | Unanswered {
    const { access_token: token, expires_in: life } = fieldsOf(text)
    // A token must fit into a header.
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
      return this.#nothing('its answer has no access_token')
    if (typeof life !== 'number' || !(life > 0))
      return this.#nothing('its answer has no expires_in, a number of seconds above 0')
    const milliseconds = Math.min(life, longestLife) * 1000
    const margin = Math.min(longestMargin, milliseconds / 10)
    return { text: token, goodUntil: asked + milliseconds - margin }
  }

  #nothing(why: string): Unanswered {
    return { error: new Error(`${this.#origin} gave no OAuth token: ${why}`) }
  }
}

function noKey(given: string): Unanswered {
  return {
    error: new Error(`oauth.clientKey is ${given}; allowed: ${WrongKey.allowed}`),
    needsHelp: true,
  }
}

async function textOf(response: HttpClientResponse): Promise<string | Error> {
  if (!response.text) return new Error('the httpClient gives no text()')
  try {
    const text: unknown = await response.text()
    if (typeof text !== 'string') return new Error('the text() of the httpClient gives no string')
    return text.length > longestText ? new Error('it is too long') : text
  } catch (error) {
    // Its text may contain what was read, so nothing of it is shown.
    return new Error((toError(error) as NodeJS.ErrnoException).code ?? 'it broke off')
  }
}

/** The fields of a JSON object; empty if the text is anything else. */
function fieldsOf(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>
  } catch {
    return {}
  }
}
