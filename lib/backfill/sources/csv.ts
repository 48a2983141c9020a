// Reads the rows of a CSV or TSV text. After a broken row, reading resumes at the next good line.

import { isUtf8 } from 'node:buffer'
import type { BrokenRow, SourceRow } from './source.js'
import { blocksOf, linesIn, longestRecord, type Block } from './blocks.js'
import { encodingFault, textOfBroken, tooLong } from './broken-text.js'
import { columnsOf, delimiterOf, rowOf } from './columns.js'
import { CsvRecords, type CsvFormat, type CsvRecord } from './csv-record.js'
import { SourceError } from './source-error.js'

export interface CsvOptions {
  /** One character. Default: a comma, or whatever separates the header. */
  readonly delimiter?: string | undefined
  /** One character; false if quotes are plain text. Default: `"`. */
  readonly quote?: string | false | undefined
  /** The names of the columns, in place of those in the header. */
  readonly columns?: readonly string[] | undefined
  /** Whether the first line names the columns. Default: true. */
  readonly header?: boolean | undefined
}

type Row = Record<string, string>
type Item = SourceRow<Row> | BrokenRow

/** The rows of `chunks`, some at a time, after the record that begins on line `after`. */
export async function* csvRows(
  chunks: AsyncIterable<Buffer>,
  options: CsvOptions = {},
  after = 0,
): AsyncGenerator<Item[], void> {
  const reader = new CsvReader(options, after)
  for await (const block of blocksOf(chunks)) {
    if ('bytes' in block) yield reader.read(block)
    else yield [...reader.end(), ...reader.longLine(block.line, block.length)]
  }
  yield reader.end()
}

/** The rows of a text without a header, as in a line of a rejects file. */
export function csvRowsOf(text: string, options: CsvOptions): Item[] {
  const reader = new CsvReader({ ...options, header: false }, 0)
  return [...reader.read({ bytes: Buffer.from(text), firstLine: 1 }), ...reader.end()]
}

class CsvReader {
  readonly #options: CsvOptions
  readonly #after: number
  #columns: readonly string[] | undefined
  /** Whether the next record is the header. */
  #isHeaderNext: boolean
  #format: CsvFormat | undefined
  /** How to read the text of broken rows; the same for all. */
  #csv: BrokenRow['csv']
  /** The lines of a record whose end is not read yet. */
  #begun: Block | undefined
  /** Whether a record without an end is being skipped. */
  #isSkipping = false

  constructor(options: CsvOptions, after: number) {
    this.#options = options
    this.#after = after
    this.#isHeaderNext = options.header ?? true
    if (options.columns) this.#columns = columnsOf(options.columns)
    else if (!this.#isHeaderNext)
      throw new SourceError(
        "without a header the names of the columns are needed: the option 'columns'",
      )
  }

  read(block: Block): Item[] {
    const begun = this.#begun
    if (!begun) return this.#parse(block, false)
    const bytes = Buffer.concat([begun.bytes, block.bytes])
    return this.#parse({ bytes, firstLine: begun.firstLine }, false)
  }

  /** Call this at the end of the text. */
  end(): Item[] {
    return this.#begun ? this.#parse(this.#begun, true) : []
  }

  longLine(line: number, length: number): Item[] {
    if (this.#isHeaderNext) throw headerError(line, tooLong(length))
    return line <= this.#after ? [] : [{ broken: tooLong(length), position: { line } }]
  }

  #parse({ bytes, firstLine }: Block, isEnd: boolean): Item[] {
    this.#begun = undefined
    const text = this.#textOf(bytes, isEnd)
    const items: Item[] = []
    let line = firstLine
    for (let at = 0; at < bytes.length;) {
      const isDone = line < this.#after && !this.#isHeaderNext && !this.#isSkipping
      const end =
        isDone && text.records.isLine(at)
          ? text.records.lineEnd(at)
          : this.#readRecord(text, at, line, items)
      if (end === undefined) {
        this.#begun = { bytes: bytes.subarray(at), firstLine: line }
        break
      }
      line += end === text.records.lineEnd(at) ? 1 : linesIn(bytes.subarray(at, end))
      at = end
    }
    return items
  }

  #textOf(bytes: Buffer, isEnd: boolean): Text {
    const isClean = isUtf8(bytes) && !bytes.includes(0)
    return { bytes, isEnd, isClean, records: new CsvRecords(bytes, this.#formatOf(bytes)) }
  }

  /**
   * Adds the record at `at`: a row, a broken row, or nothing.
   *
   * @returns where the next record begins; undefined if more text is needed to know
   */
  #readRecord(text: Text, at: number, line: number, items: Item[]): number | undefined {
    const { bytes, records, isEnd } = text
    if (this.#isSkipping) {
      const good = this.#nextGood(text, at, bytes.length)
      if (good.at !== at) return good.at
      if (!good.isCertain) return undefined
      this.#isSkipping = false
    }
    // A byte order mark at the start of a line: files were concatenated.
    const hasMark = bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf
    const from = hasMark ? at + 3 : at
    const record = withinLimit(records.at(from), from)
    if (record.is === 'open' && !isEnd && bytes.length - from < longestRecord) return undefined
    if (record.is === 'whole' && !this.#isTorn(record.values)) {
      const { values, end } = record
      const fault = this.#faultOf(text, from, record)
      if (values.length === 1 && values[0] === '') return end
      if (this.#isHeaderNext) this.#readHeader(values, fault, line)
      else if (line > this.#after)
        items.push(
          fault === undefined
            ? { row: rowOf(this.#columns ?? [], values), position: { line } }
            : this.#broken(bytes.subarray(from, end), line, fault),
        )
      return end
    }
    if (this.#isHeaderNext) throw headerError(line, this.#reasonOf(record))
    const next = this.#afterBroken(text, from, record)
    if (next === undefined || line <= this.#after) return next
    const broken = bytes.subarray(from, next)
    // If it has swallowed rows, report the fault of its own line.
    const isOneLine = next === records.lineEnd(from)
    const own = isOneLine ? new CsvRecords(broken, this.#formatOf(bytes)).at(0) : record
    items.push(this.#broken(broken, line, this.#reasonOf(own)))
    return next
  }

  /** Whether it has the wrong number of columns and several lines: a quote may have swallowed the rows after it. */
  #isTorn(values: readonly string[]): boolean {
    return (
      !this.#isHeaderNext &&
      values.length !== this.#columns?.length &&
      values.some((value) => value.includes('\n'))
    )
  }

  #readHeader(values: string[], fault: string | undefined, line: number): void {
    this.#isHeaderNext = false
    if (fault !== undefined) throw headerError(line, fault)
    if (values.some((value) => value.includes('\r')))
      throw new SourceError(
        `the lines of the file end with a carriage return alone; convert them: tr '\\r' '\\n'`,
      )
    this.#columns ??= columnsOf(values)
    if (this.#columns.length !== values.length)
      throw new SourceError(
        `the option 'columns' has ${this.#columns.length} names, the header in line ${line} has ${values.length}`,
      )
  }

  /** What is wrong with a record whose quotes are correct. */
  #faultOf({ bytes, isClean }: Text, from: number, record: Whole): string | undefined {
    const { values, end } = record
    if (end - from > longestRecord) return tooLong(end - from, 'record')
    if (!isClean) {
      const part = bytes.subarray(from, end)
      const fault = part.includes(0) ? 'a NUL byte is in the row; remove it' : encodingFault(part)
      if (fault !== undefined) return fault
    }
    if (this.#isHeaderNext) return undefined
    const columns = this.#columns ?? []
    if (values.length !== columns.length) return this.#reasonOf(record)
    if (values[0] === columns[0] && values.every((value, index) => value === columns[index]))
      return 'the header again: were files joined?'
    return undefined
  }

  #reasonOf(record: CsvRecord): string {
    if (record.is === 'faulty') return record.reason
    if (record.is === 'open')
      return `the quote that opens in column ${record.column} is never closed`
    return `the row has ${record.values.length} columns, the header has ${this.#columns?.length ?? 0}`
  }

  /**
   * Where to resume after a broken record; undefined if more text is needed to know.
   *
   * If its quotes span several lines, and a good row begins on one of these, only the first line is broken and the others
   * were swallowed. If none begins there, they all belong to the broken record.
   */
  #afterBroken(text: Text, from: number, record: CsvRecord): number | undefined {
    const { bytes, records } = text
    const second = records.lineEnd(from)
    const reach = reachOf(record, from)
    const last = reach <= second ? second : records.lineEnd(Math.min(reach, bytes.length) - 1)
    const good = this.#nextGood(text, second, last)
    if (!good.isCertain) return undefined
    if (good.at < last) return second
    // It is too long for a record: everything up to the next good row belongs to it.
    this.#isSkipping = record.is === 'open'
    return last
  }

  /**
   * The first line from `from` on and before `last` on which a good row begins; else `last`. Uncertain if the text ends
   * inside a possible row: the result must not depend on where a block happens to end.
   */
  #nextGood(
    { bytes, records, isEnd }: Text,
    from: number,
    last: number,
  ): { at: number; isCertain: boolean } {
    for (let at = from; at < last; at = records.lineEnd(at)) {
      const record = records.at(at)
      if (record.is === 'open' && !isEnd && bytes.length - at <= longestRecord)
        return { at, isCertain: false }
      if (this.#isGood(record, at)) return { at, isCertain: true }
    }
    return { at: last, isCertain: true }
  }

  #isGood(record: CsvRecord, from: number): boolean {
    if (record.is !== 'whole' || record.values.length !== this.#columns?.length) return false
    const [first = ''] = record.values
    // With a single column every line would be a good row, even an empty one.
    return record.end - from <= longestRecord && (record.values.length > 1 || first.trim() !== '')
  }

  #broken(bytes: Buffer, line: number, broken: string): BrokenRow {
    const { delimiter = ',', quote = '' } = this.#format ?? {}
    this.#csv ??= { columns: this.#columns ?? [], delimiter, quote }
    return { broken, ...textOfBroken(bytes), csv: this.#csv, position: { line } }
  }

  /** By the options, or by the first line that is not empty. */
  #formatOf(bytes: Buffer): CsvFormat {
    if (this.#format) return this.#format
    const { delimiter, quote = '"' } = this.#options
    const [firstLine] = /\S[^\n]*/.exec(bytes.subarray(0, longestRecord).toString()) ?? ['']
    const format = {
      delimiter: delimiter ?? delimiterOf(firstLine),
      quote: quote === false ? undefined : quote,
    }
    if (firstLine !== '') this.#format = format
    return format
  }
}

type Whole = Extract<CsvRecord, { is: 'whole' }>

interface Text {
  readonly bytes: Buffer
  readonly records: CsvRecords
  /** Whether nothing follows it. */
  readonly isEnd: boolean
  /** Whether all of it is UTF-8 without NUL bytes, as usual. Then rows need not be checked one by one. */
  readonly isClean: boolean
}

function headerError(line: number, reason: string): SourceError {
  return new SourceError(`the header in line ${line} cannot be read: ${reason}`)
}

/** The result for a record must not depend on how much text happens to be available. */
function withinLimit(record: CsvRecord, from: number): CsvRecord {
  if (record.is !== 'faulty' || record.at - from < longestRecord) return record
  return { is: 'open', column: record.column }
}

/** The end of the range in which a broken record may have swallowed lines, in bytes. */
function reachOf(record: CsvRecord, from: number): number {
  if (record.is === 'open') return from + longestRecord
  return record.is === 'faulty' ? record.at + 1 : record.end
}
