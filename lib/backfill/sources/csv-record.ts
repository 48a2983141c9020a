// Reads one record of a CSV text: its values and its end, or what is wrong with it and where.

const newline = 0x0a
const carriageReturn = 0x0d

/** The separators of fields. Single bytes: no multi-byte character of UTF-8 contains them. */
export interface CsvFormat {
  readonly delimiter: string
  /** Undefined if quotes are plain text. */
  readonly quote: string | undefined
}

export type CsvRecord =
  | { readonly is: 'whole'; readonly values: string[]; readonly end: number }
  /** `at` is the offset at which it was noticed, in bytes. */
  | { readonly is: 'faulty'; readonly reason: string; readonly column: number; readonly at: number }
  /** A quote opens in this column (the first is 1) and is not closed before the text ends. */
  | { readonly is: 'open'; readonly column: number }

/**
 * Reads records by the strict rules of RFC 4180: a quote may open a field only at its start, and a delimiter must follow
 * the closing quote.
 */
export class CsvRecords {
  readonly #bytes: Buffer
  readonly #delimiter: string
  readonly #delimiterByte: number
  readonly #quote: string
  readonly #doubled: string
  readonly #quoteByte: number
  /** A range without quotes: from an offset to the next quote, or beyond the text if there is none. */
  #quoteFreeFrom = 0
  #nextQuote = -1
  /** The last line that was looked up, which is needed several times per record. */
  #lineStart = -1
  #lineEnd = 0

  constructor(bytes: Buffer, { delimiter, quote }: CsvFormat) {
    this.#bytes = bytes
    this.#delimiter = delimiter
    this.#delimiterByte = delimiter.charCodeAt(0)
    this.#quote = quote ?? ''
    this.#doubled = this.#quote + this.#quote
    this.#quoteByte = quote?.charCodeAt(0) ?? -1
    if (quote === undefined) this.#nextQuote = Infinity
  }

  /** The record that begins at `start`. */
  at(start: number): CsvRecord {
    const end = this.lineEnd(start)
    // Without quotes, a record is a line, and a field is what is between delimiters.
    return this.isLine(start)
      ? { is: 'whole', values: this.#text(start, end).split(this.#delimiter), end }
      : this.#quoted(start)
  }

  /** Whether there is no quote in the line that begins at `start`. */
  isLine(start: number): boolean {
    if (this.#nextQuote < start || start < this.#quoteFreeFrom) {
      this.#quoteFreeFrom = start
      const at = this.#bytes.indexOf(this.#quoteByte, start)
      this.#nextQuote = at < 0 ? Infinity : at
    }
    return this.#nextQuote >= this.lineEnd(start)
  }

  /** The offset after the newline of the line that contains `start`. */
  lineEnd(start: number): number {
    if (start !== this.#lineStart) {
      const at = this.#bytes.indexOf(newline, start)
      this.#lineStart = start
      this.#lineEnd = at < 0 ? this.#bytes.length : at + 1
    }
    return this.#lineEnd
  }

  #quoted(start: number): CsvRecord {
    const bytes = this.#bytes
    const values: string[] = []
    let at = start
    for (let column = 1; ; column++) {
      const from = at
      if (bytes[at] === this.#quoteByte) {
        const closing = this.#closingQuote(at + 1)
        if (closing < 0) return { is: 'open', column }
        const text = bytes.toString('utf8', from + 1, closing)
        values.push(text.includes(this.#quote) ? text.split(this.#doubled).join(this.#quote) : text)
        at = closing + 1
        if (bytes[at] === carriageReturn && bytes[at + 1] === newline) at++
        const next = bytes[at]
        if (next !== this.#delimiterByte && next !== newline && next !== undefined) {
          const reason = `text after the closing quote in column ${column}; a quote within quotes is written twice`
          return { is: 'faulty', reason, column, at }
        }
      } else {
        at = this.#fieldEnd(at)
        if (bytes[at] === this.#quoteByte) {
          const reason = `a quote within column ${column}, which does not begin with one; put quotes around it and write this one twice`
          return { is: 'faulty', reason, column, at }
        }
        values.push(this.#text(from, bytes[at] === newline ? at + 1 : at))
      }
      if (bytes[at] !== this.#delimiterByte)
        return { is: 'whole', values, end: Math.min(at + 1, bytes.length) }
      at++
    }
  }

  /** Where a field without quotes ends: at a delimiter, a newline, the end of the text or, wrongly, a quote. */
  #fieldEnd(from: number): number {
    const bytes = this.#bytes
    let at = from
    for (; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === this.#delimiterByte || byte === newline || byte === this.#quoteByte) break
    }
    return at
  }

  #closingQuote(from: number): number {
    const bytes = this.#bytes
    let at = bytes.indexOf(this.#quoteByte, from)
    while (at >= 0 && bytes[at + 1] === this.#quoteByte) at = bytes.indexOf(this.#quoteByte, at + 2)
    return at
  }

  /** Without the newline. */
  #text(from: number, end: number): string {
    const bytes = this.#bytes
    let to = end
    if (to > from && bytes[to - 1] === newline)
      to -= to - 1 > from && bytes[to - 2] === carriageReturn ? 2 : 1
    return bytes.toString('utf8', from, to)
  }
}
