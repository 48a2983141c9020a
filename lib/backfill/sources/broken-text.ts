// Describes a part of a source that cannot be read.

import { isUtf8 } from 'node:buffer'
import { longestRecord } from './blocks.js'

/** The longest text that is kept of a broken row, in bytes. A longer one is left out, not cut: a part would be another row. */
const longestText = 64 * 1024

export function textOfBroken(bytes: Buffer): { text?: string } {
  if (bytes.length > longestText) return {}
  return { text: bytes.toString().replace(/\r?\n$/, '') }
}

export function tooLong(length: number, what = 'line'): string {
  return `the ${what} has ${length} bytes; allowed: ${longestRecord}`
}

/** Why these bytes are not UTF-8, so that a person can find the place; undefined if they are. */
export function encodingFault(bytes: Buffer): string | undefined {
  if (isUtf8(bytes)) return undefined
  // The first replacement character shows where the valid text ends.
  const good = bytes.toString().indexOf('\uFFFD')
  const at = Buffer.byteLength(bytes.toString().slice(0, good))
  const byte = bytes[at] ?? 0
  const hex = byte.toString(16).toUpperCase().padStart(2, '0')
  const meant = byte >= 0xa0 ? `; in Latin-1 it is '${String.fromCharCode(byte)}'` : ''
  return `the byte 0x${hex} is not UTF-8${meant}: write it in UTF-8, or give the encoding of the file`
}
