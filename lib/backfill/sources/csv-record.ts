// One record of a CSV text: its values and where it ends, or what is wrong with it and where.

const newline = 0x0a
const carriageReturn = 0x0d

/** How fields are told apart: single bytes, as no character of UTF-8 with several contains such a byte. */
export interface CsvFormat {
  readonly delimiter: string
  /** undefined: quotes are text like any other. */
  readonly quote: string | undefined
}

export type CsvRecord =
  | { readonly is: 'whole'; readonly values: string[]; readonly end: number }
  /** `at` is where it was noticed, in bytes. */
  | { readonly is: 'faulty'; readonly reason: string; readonly column: number; readonly at: number }
  /** A quote opens in this column (the first is 1) and is not closed before the text ends. */
  | { readonly is: 'open'; readonly column: number }

/**
 * Reads records by the strict rules of RFC 4180: a quote opens a field at its start or not at all, and nothing stands
 * between the closing quote and the next delimiter.
 */
export class CsvRecords {
  readonly #bytes: Buffer
  readonly #delimiter: string
  readonly #delimiterByte: number
  readonly #quote: string
  readonly #doubled: string
  readonly #quoteByte: number
  /** No quote stands from here up to the next one, which is beyond the text if there is none. */
  #quoteFreeFrom = 0
  #nextQuote = -1
  /** The line that was looked at last: a record is asked for it several times. */
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
    // Without a quote a record is a line, and a field what stands between delimiters: there is nothing to look for.
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

  /** Behind the newline of the line that `start` is in. */
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
          const reason = `text behind the closing quote in column ${column}; a quote within quotes is written twice`
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

  /** Without the end of the line. */
  #text(from: number, end: number): string {
    const bytes = this.#bytes
    let to = end
    if (to > from && bytes[to - 1] === newline)
      to -= to - 1 > from && bytes[to - 2] === carriageReturn ? 2 : 1
    return bytes.toString('utf8', from, to)
  }
}
