// One record of a CSV text, looked at byte by byte: where it ends, or what is wrong with it and where.

const newline = 0x0a
const carriageReturn = 0x0d

/** How fields are told apart: single bytes, as no character of UTF-8 with several contains such a byte. */
export interface CsvFormat {
  readonly delimiter: string
  /** undefined: quotes are text like any other. */
  readonly quote: string | undefined
}

export type CsvRecord =
  | { readonly is: 'whole'; readonly columns: number; readonly end: number }
  /** `at` is where it was noticed, in bytes. */
  | {
      readonly is: 'faulty'
      readonly reason: string
      readonly column: number
      readonly at: number
    }
  /** A quote opens in this column (the first is 1) and is not closed before the text ends. */
  | { readonly is: 'open'; readonly column: number }

/**
 * The record that begins at `start`, by the strict rules of RFC 4180: a quote opens a field at its start or not at all,
 * and nothing stands between the closing quote and the next delimiter. csv-parse has the same rules, but says neither
 * where in the bytes a fault is, nor what follows it.
 */
export function recordAt(bytes: Buffer, start: number, format: CsvFormat): CsvRecord {
  const delimiter = format.delimiter.charCodeAt(0)
  const quote = format.quote?.charCodeAt(0) ?? -1
  let at = start
  for (let column = 1; ; column++) {
    if (bytes[at] === quote) {
      const closing = closingQuote(bytes, at + 1, quote)
      if (closing < 0) return { is: 'open', column }
      at = closing + 1
      if (bytes[at] === carriageReturn && bytes[at + 1] === newline) at++
      const next = bytes[at]
      if (next !== delimiter && next !== newline && next !== undefined) {
        const reason = `text behind the closing quote in column ${column}; a quote within quotes is written twice`
        return { is: 'faulty', reason, column, at }
      }
    } else {
      for (; at < bytes.length; at++) {
        const byte = bytes[at]
        if (byte === delimiter || byte === newline) break
        if (byte === quote) {
          const reason = `a quote within column ${column}, which does not begin with one; put quotes around it and write this one twice`
          return { is: 'faulty', reason, column, at }
        }
      }
    }
    if (bytes[at] !== delimiter)
      return { is: 'whole', columns: column, end: Math.min(at + 1, bytes.length) }
    at++
  }
}

function closingQuote(bytes: Buffer, from: number, quote: number): number {
  let at = bytes.indexOf(quote, from)
  while (at >= 0 && bytes[at + 1] === quote) at = bytes.indexOf(quote, at + 2)
  return at
}
