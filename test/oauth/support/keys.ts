// RSA keys of an OAuth application, made once for a test file.

import { generateKeyPairSync, type KeyObject } from 'node:crypto'

export interface Pair {
  /** The private key, as users have it. */
  pem: string
  publicKey: KeyObject
}

export function rsaPair(): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, publicKey }
}
