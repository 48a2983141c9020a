// The assertion that identifies us to an authorization server: a JWT, signed with the private key.

import { randomUUID, sign } from 'node:crypto'
import type { SigningKey } from './oauth-client-key.js'

/** In seconds: how far our clock may be ahead, and how long a request may take. Together less than the 60 allowed. */
const before = 5
const after = 50

export interface Claims {
  clientId: string
  /** The authorization server. */
  audience: string
  /** Milliseconds since the epoch. */
  now: number
}

/** Segment documentation: OAuth 2.0, and RFC 7523: RS256, `kid`, and a life of less than 60 s. */
export function assertion({ clientId, audience, now }: Claims, { key, keyId }: SigningKey): string {
  const seconds = Math.floor(now / 1000)
  const header = { alg: 'RS256', typ: 'JWT', kid: keyId }
  const payload = {
    iss: clientId,
    sub: clientId,
    aud: audience,
    iat: seconds - before,
    exp: seconds + after,
    jti: randomUUID(),
  }
  const text = `${encode(header)}.${encode(payload)}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
