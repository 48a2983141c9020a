// Who may ask. Called for everything but the routes that take messages.
import { ApiError } from '../exchange/api-error.js'
import { DATA_HEADERS } from '../exchange/answers.js'
import type { ApiAnswer, ApiRequest } from '../exchange/request.js'
import { isLoopback, isOwnHost } from './hosts.js'
import { Token } from './token.js'

export interface GuardOptions {
  /** The name or address that the collector listens on. */
  readonly host: string
  /** Other names under which it is reached. Those of this machine, and addresses, need not be named. */
  readonly hosts: readonly string[]
  /** What a request must bring. Undefined: nothing, if only this machine can reach the collector. */
  readonly token: string | undefined
}

export class Guard {
  readonly #hosts: readonly string[]
  readonly #token: Token | undefined
  readonly #isLocal: boolean

  constructor({ host, hosts, token }: GuardOptions) {
    this.#hosts = [host, ...hosts]
    this.#token = token === undefined ? undefined : new Token(token)
    this.#isLocal = isLoopback(host)
  }

  /**
   * Undefined if the request may go on; else an answer to give instead, which lets a browser in.
   *
   * @throws ApiError if it is refused.
   */
  check(request: ApiRequest): ApiAnswer | undefined {
    const { headers, method } = request
    if (!isOwnHost(headers.host, this.#hosts)) {
      throw new ApiError(
        403,
        'foreign_host',
        'the Host header names neither this machine nor one of the hosts that were configured',
      )
    }
    if (!isOwnOrigin(request)) {
      throw new ApiError(403, 'foreign_origin', 'pages of other origins are not answered')
    }
    const answer = this.#checkToken(request)
    const isReading = method === 'GET' || method === 'HEAD'
    if (!isReading && !isMeant(request)) {
      throw new ApiError(
        415,
        'unsupported_media_type',
        'a request that changes something needs Content-Type: application/json, or an x-selfsame header',
      )
    }
    return answer
  }

  #checkToken(request: ApiRequest): ApiAnswer | undefined {
    if (this.#token === undefined) {
      if (this.#isLocal) return undefined
      throw new ApiError(
        403,
        'token_needed',
        'other machines can reach this collector: start it with a token to ask it',
      )
    }
    if (this.#token.isIn(request.headers)) return undefined
    const inQuery = request.query.get('token')
    if (inQuery !== null && this.#token.is(inQuery)) {
      return wantsPage(request) ? redirect(request, this.#token.setCookie) : undefined
    }
    throw new ApiError(401, 'authentication_error', 'the token is missing or wrong', {
      'www-authenticate': 'Basic realm="selfsame collector", charset="UTF-8"',
    })
  }
}

/** Whether the request is of a page of ours, or of no page at all. */
function isOwnOrigin({ headers, method }: ApiRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site === 'cross-site' || site === 'same-site') {
    // A link that a person follows; a page cannot read what it leads to.
    const isLink =
      headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
    if (!isLink || method !== 'GET') return false
  }
  const { origin, host = '' } = headers
  if (origin === undefined) return true
  try {
    return new URL(origin).host === new URL(`${new URL(origin).protocol}//${host}`).host
  } catch {
    // `null`, the origin of sandboxed frames and files.
    return false
  }
}

/** A form of a foreign page can have neither, and a script of one asks first (CORS), which is refused. */
function isMeant({ headers }: ApiRequest): boolean {
  const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  return mediaType === 'application/json' || headers['x-selfsame'] !== undefined
}

function wantsPage({ method, headers }: ApiRequest): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/html')
}

/** To the same address without the token, so that it stays in no history and in no Referer. */
function redirect({ path, query }: ApiRequest, setCookie: string): ApiAnswer {
  const rest = new URLSearchParams(query)
  rest.delete('token')
  // Two slashes (or backslashes) at the beginning would be the name of another host.
  const location = `${path.replace(/^[/\\]+/, '/')}${rest.size === 0 ? '' : `?${rest.toString()}`}`
  return {
    kind: 'answer',
    status: 303,
    headers: { ...DATA_HEADERS, location, 'set-cookie': setCookie },
    body: '',
  }
}
