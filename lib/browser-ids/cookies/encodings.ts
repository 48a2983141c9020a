// The encodings of cookie values. Each function returns undefined, and never throws, if the text is not in its encoding.

/** A JSON object from a client; read its fields only with `field`. */
export type JsonRecord = Readonly<Record<string, unknown>>

// Runs of escapes, as in js-cookie: a stray "%" leaves the rest readable, while decodeURIComponent would throw.
const escapes = /(?:%[0-9A-F]{2})+/gi

/** Decodes url-encoding; "+" stays "+". Undefined if the escapes are not UTF-8. */
export function percentDecode(text: string): string | undefined {
  if (!text.includes('%')) return text
  try {
    return text.replace(escapes, decodeURIComponent)
  } catch {
    return undefined
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8Decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** Base64 or base64url, padded or not, of UTF-8 text. */
export function base64Decode(text: string): string | undefined {
  return utf8Decode(Buffer.from(text, 'base64'))
}

export function jsonDecode(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The object that a JSON text holds; undefined for anything but an object. */
export function jsonRecord(text: string | undefined): JsonRecord | undefined {
  // Checked first: a thrown SyntaxError costs a hundred times as much.
  if (!text?.startsWith('{')) return undefined
  const value = jsonDecode(text)
  return typeof value === 'object' && value !== null ? (value as JsonRecord) : undefined
}

/** An own field of the record; what a prototype has is never an id. */
export function field(record: JsonRecord, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
