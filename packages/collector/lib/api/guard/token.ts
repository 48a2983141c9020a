// The token of a collector that others can reach: where it may stand, and its comparison.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export class Token {
  readonly #hash: Buffer
  /** Not the token itself: who reads a browser's cookies does not have what the API's clients send. */
  readonly #cookie: string
  readonly #name: string

  constructor(token: string) {
    this.#hash = hash(token)
    this.#cookie = hash(`cookie of ${token}`).toString('hex')
    // Cookies are shared by all ports of a host: each collector has its own.
    this.#name = `selfsame_${hash(`name of ${token}`).toString('hex').slice(0, 8)}`
  }

  /** Whether the request brings it: as Bearer, as the username of Basic, or as the page's cookie. */
  isIn({ authorization, cookie }: IncomingHttpHeaders): boolean {
    const given = bearer(authorization) ?? username(authorization)
    if (given !== undefined && this.is(given)) return true
    const own = cookieNamed(this.#name, cookie)
    return own !== undefined && areEqual(hash(own), hash(this.#cookie))
  }

  is(text: string): boolean {
    return areEqual(hash(text), this.#hash)
  }

  /** The Set-Cookie header that lets a page in. */
  get setCookie(): string {
    return `${this.#name}=${this.#cookie}; Path=/; HttpOnly; SameSite=Strict`
  }
}

/** Hashes have one length, and their comparison takes one time. */
function areEqual(a: Buffer, b: Buffer): boolean {
  return timingSafeEqual(a, b)
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function bearer(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
}

function username(authorization: string | undefined): string | undefined {
  const encoded = /^basic +([\w+/=-]+) *$/i.exec(authorization ?? '')?.[1]
  return encoded === undefined
    ? undefined
    : Buffer.from(encoded, 'base64').toString('utf8').split(':', 1)[0]
}

function cookieNamed(name: string, header: string | undefined): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2)
    if (key === name) return value
  }
  return undefined
}
