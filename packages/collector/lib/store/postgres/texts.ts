// Texts of messages as PostgreSQL can keep them, and back.
import { createHash } from 'node:crypto'
import { toUSVString } from 'node:util'

const MARK = 'json:"'
/** An entry of an index has at most 2,700 bytes, of which a key of three parts has three. */
const LONGEST_KEY = 800

/** PostgreSQL has no text with a NUL, and UTF-8 none with half a surrogate pair: those are kept as JSON. */
export function toStored(text: string): string {
  const isPlain = !SUSPICIOUS.test(text) || (toUSVString(text) === text && !text.includes('\0'))
  return isPlain && !text.startsWith(MARK) ? text : `json:${JSON.stringify(text)}`
}

export function fromStored(text: string): string {
  return text.startsWith(MARK) ? (JSON.parse(text.slice(5)) as string) : text
}

const SUSPICIOUS = /[\0\ud800-\udfff]/

/** The text itself if an index can hold it, else what stands for it: no two texts have the same key. */
export function keyOf(text: string): string {
  if (text.length * 3 <= LONGEST_KEY || Buffer.byteLength(text) <= LONGEST_KEY) {
    return text.startsWith('sha256:') ? hashed(text) : text
  }
  return hashed(text)
}

/** What the key does not say: undefined if it says all. */
export function restOfKey(text: string, key: string): string | null {
  return key === text ? null : text
}

function hashed(text: string): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(text)).digest('hex')}`
}
