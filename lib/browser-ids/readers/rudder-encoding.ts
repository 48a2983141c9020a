// RudderStack's encodings of cookie values, which Hightouch's first SDK adopted under other names.

import { createDecipheriv, createHash } from 'node:crypto'
import { base64Decode, jsonDecode, percentDecode, utf8Decode } from '../cookies/encodings.js'

// The passphrases are in the SDKs' public sources: the encryption is a mere encoding, and proves nothing.
const wrappings: readonly { prefix: string; open: (text: string) => string | undefined }[] = [
  { prefix: 'RS_ENC_v3_', open: base64Decode },
  { prefix: 'HtEv_ENC_v3_', open: base64Decode },
  { prefix: 'RudderEncrypt:', open: (text) => decrypt(text, 'Rudder') },
  { prefix: 'HtEvEncrypt:', open: (text) => decrypt(text, 'HTEV') },
]

// A migrated value may be wrapped twice; no SDK made more layers than this.
const maxLayers = 4

/** Decodes v3 encoding, legacy encryption and bare JSON, in whatever order they were applied. */
export function decodeRudder(value: string): string | undefined {
  let text = percentDecode(value)
  for (let layer = 0; layer < maxLayers && text !== undefined; layer++) {
    const wrapped: string = text
    const wrapping = wrappings.find(({ prefix }) => wrapped.startsWith(prefix))
    if (wrapping !== undefined) {
      text = jsonText(wrapping.open(wrapped.slice(wrapping.prefix.length)))
    } else if (wrapped.startsWith('"')) {
      // An id may begin with a quote without being JSON.
      const inner = jsonText(wrapped)
      if (inner === undefined) return wrapped
      text = inner
    } else {
      return wrapped
    }
  }
  return undefined
}

function jsonText(json: string | undefined): string | undefined {
  const value = json === undefined ? undefined : jsonDecode(json)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

const salted = 'Salted__'
const saltEnd = 16

/** OpenSSL's passphrase format, as crypto-js writes it: "Salted__", 8 bytes of salt, AES-256-CBC. */
function decrypt(base64: string, passphrase: string): string | undefined {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length <= saltEnd || bytes.toString('latin1', 0, salted.length) !== salted) {
    return undefined
  }
  try {
    const { key, iv } = deriveKey(passphrase, bytes.subarray(salted.length, saltEnd))
    const cipher = createDecipheriv('aes-256-cbc', key, iv)
    return utf8Decode(Buffer.concat([cipher.update(bytes.subarray(saltEnd)), cipher.final()]))
  } catch {
    // Another passphrase, a truncated text, or a host whose OpenSSL does not allow MD5 (FIPS).
    return undefined
  }
}

/** EVP_BytesToKey with MD5 and one round. */
function deriveKey(passphrase: string, salt: Buffer): { key: Buffer; iv: Buffer } {
  const secret = Buffer.concat([Buffer.from(passphrase), salt])
  const blocks: Buffer[] = []
  let last = Buffer.alloc(0)
  for (let i = 0; i < 3; i++) {
    last = createHash('md5').update(last).update(secret).digest()
    blocks.push(last)
  }
  const bytes = Buffer.concat(blocks)
  return { key: bytes.subarray(0, 32), iv: bytes.subarray(32) }
}
