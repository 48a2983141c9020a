// The encodings that cookie values wear. Each returns undefined, and never throws, where the client's text is not of it.

/** A JSON object of a client's; read its fields by `field` alone. */
export type JsonRecord = Readonly<Record<string, unknown>>

// Runs of escapes, as js-cookie decodes them: one stray "%" leaves the rest readable where decodeURIComponent throws.
const escapes = /(?:%[0-9A-F]{2})+/gi

/** Undoes url-encoding; "+" stays "+". Undefined if escapes are not UTF-8. */
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
  // Looked at first: a thrown SyntaxError costs a hundred times what this does.
  if (!text?.startsWith('{')) return undefined
  const value = jsonDecode(text)
  return typeof value === 'object' && value !== null ? (value as JsonRecord) : undefined
}

/** A field of the record's own; what stands on a prototype is never an id. */
export function field(record: JsonRecord, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
