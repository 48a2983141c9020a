// The rows of a CSV or TSV text. A broken row costs itself: the next good line begins a row again.

import { isUtf8 } from 'node:buffer'
import { parse } from 'csv-parse/sync'
import type { BrokenRow, SourceRow } from '../source.js'
import { blocksOf, lineStarts, longestRecord, type Block } from './blocks.js'
import { encodingFault, textOfBroken, tooLong } from './broken-text.js'
import { columnsOf, delimiterOf, rowOf } from './columns.js'
import { recordAt, type CsvFormat, type CsvRecord } from './csv-record.js'
import { SourceError } from './source-error.js'

export interface CsvOptions {
  /** One character. Default: a comma, or what else the header is separated by. */
  readonly delimiter?: string | undefined
  /** One character; false where quotes are text like any other. Default: `"`. */
  readonly quote?: string | false | undefined
  /** The names of the columns, in place of those in the header. */
  readonly columns?: readonly string[] | undefined
  /** Whether the first line names the columns. Default: true. */
  readonly header?: boolean | undefined
}

type Row = Record<string, string>
type Item = SourceRow<Row> | BrokenRow

/** The rows of `chunks`, some at a time, from the line behind the record that begins in line `after`. */
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

/** The rows of a text that has no header of its own: a line of a rejects file. */
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
  /** What broken rows say of their text: the same for all. */
  #csv: BrokenRow['csv']
  /** The lines of a record whose end has not been read yet. */
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
    if (!this.#isHeaderNext && !this.#begun && !this.#isSkipping) {
      const behind = fromLine(block, this.#after)
      return behind ? this.#parse(behind, false) : []
    }
    return this.#parse(this.#withBegun(block), false)
  }

  /** Nothing follows what was read. */
  end(): Item[] {
    const begun = this.#begun
    this.#begun = undefined
    return begun ? this.#parse(begun, true) : []
  }

  longLine(line: number, length: number): Item[] {
    if (this.#isHeaderNext) throw headerError(line, tooLong(length))
    return line <= this.#after ? [] : [{ broken: tooLong(length), position: { line } }]
  }

  #withBegun(block: Block): Block {
    const begun = this.#begun
    this.#begun = undefined
    if (!begun) return block
    return { bytes: Buffer.concat([begun.bytes, block.bytes]), firstLine: begun.firstLine }
  }

  #parse({ bytes, firstLine }: Block, isEnd: boolean): Item[] {
    const starts = lineStarts(bytes)
    const items: Item[] = []
    const faults = new Faults(bytes)
    /** The index of the line where the next record begins. */
    let line = 0
    const wait = (): void => {
      this.#begun = { bytes: bytes.subarray(starts[line]), firstLine: firstLine + line }
    }
    if (this.#isSkipping) {
      const good = this.#nextGood(bytes, starts, 0, starts.length - 1, isEnd)
      line = good.line
      if (!good.isCertain) {
        wait()
        return items
      }
    }
    while (line < starts.length - 1) {
      const start = starts[line] ?? 0
      const whole = this.#readWhole(bytes, start, (values, length) => {
        const first = line
        const end = start + length
        while ((starts[line] ?? end) < end) line++
        const from = starts[first] ?? 0
        const position = { line: firstLine + first }
        if (values.length === 1 && values[0] === '') return
        if (this.#isHeaderNext) {
          this.#readHeader(values, faults.of(from, end), position.line)
          // So that what is behind it can be skipped where the rows begin later.
          return
        }
        if (position.line <= this.#after) return
        const tooLarge = end - from > longestRecord ? tooLong(end - from, 'record') : undefined
        const fault = tooLarge ?? faults.of(from, end) ?? this.#faultOf(values)
        if (fault === undefined) items.push({ row: rowOf(this.#columns ?? [], values), position })
        else items.push(this.#broken(bytes, from, end, position.line, fault))
      })
      if (whole) break
      const from = starts[line] ?? 0
      if (bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) {
        // A byte order mark at the start of a line: files were joined.
        starts[line] = from + 3
        continue
      }
      const format = this.#formatOf(bytes, from)
      const record = withinLimit(recordAt(bytes, from, format), from)
      if (record.is === 'open' && !isEnd && bytes.length - from < longestRecord) {
        wait()
        break
      }
      if (this.#isHeaderNext) throw headerError(firstLine + line, this.#reasonOf(record))
      const next = this.#behindBroken(bytes, starts, line, record, isEnd)
      if (next === undefined) {
        wait()
        break
      }
      const end = starts[next] ?? bytes.length
      if (firstLine + line > this.#after) {
        // Where it has swallowed rows, what is wrong is what is wrong with its own line.
        const own = next > line + 1 ? record : recordAt(bytes.subarray(0, end), from, format)
        items.push(this.#broken(bytes, from, end, firstLine + line, this.#reasonOf(own)))
      }
      line = next
      if (!this.#isSkipping) continue
      const good = this.#nextGood(bytes, starts, next, starts.length - 1, isEnd)
      line = good.line
      if (!good.isCertain) {
        wait()
        break
      }
    }
    return items
  }

  /**
   * Hands on records with their lengths in bytes until all are read, or one is broken.
   *
   * @param tell gets the record and where it ends, behind `start`
   */
  #readWhole(bytes: Buffer, start: number, tell: (values: string[], end: number) => void): boolean {
    const { delimiter, quote } = this.#formatOf(bytes, start)
    if (quote === undefined || bytes.indexOf(quote, start) < 0) {
      splitLines(bytes, start, delimiter, tell)
      return true
    }
    try {
      parse(bytes.subarray(start), {
        delimiter,
        quote,
        record_delimiter: ['\r\n', '\n'],
        relax_column_count: true,
        on_record: (values: string[], { bytes: end }) => {
          if (this.#isTorn(values)) throw new TornRecord()
          tell(values, end)
          return null
        },
      })
      return true
    } catch (error) {
      if (error instanceof SourceError) throw error
      return false
    }
  }

  /** Whether it has another number of columns, and several lines: its quotes may have swallowed the rows behind it. */
  #isTorn(values: string[]): boolean {
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

  #faultOf(values: string[]): string | undefined {
    const columns = this.#columns ?? []
    const [first = ''] = values
    if (first.startsWith('\uFEFF')) values[0] = first.slice(1)
    if (values.length !== columns.length)
      return `the row has ${values.length} columns, the header has ${columns.length}`
    if (values[0] === columns[0] && values.every((value, index) => value === columns[index]))
      return 'the header again: were files joined?'
    return undefined
  }

  #reasonOf(record: CsvRecord): string {
    if (record.is === 'faulty') return record.reason
    if (record.is === 'open')
      return `the quote that opens in column ${record.column} is never closed`
    return `the row has ${record.columns} columns, the header has ${this.#columns?.length ?? 0}`
  }

  /**
   * The line where rows begin again behind the broken record of line `line`; undefined where more text is needed to know.
   *
   * Where its quotes reach over several lines, and in one of those a good row begins, the first line alone is broken: the
   * others were swallowed. Where none does, they belong to it.
   */
  #behindBroken(
    bytes: Buffer,
    starts: number[],
    line: number,
    record: CsvRecord,
    isEnd: boolean,
  ): number | undefined {
    const last = lineAt(starts, line, reachOf(record, starts[line] ?? 0))
    const good = this.#nextGood(bytes, starts, line + 1, last, isEnd)
    if (!good.isCertain) return undefined
    if (good.line < last) return line + 1
    // Longer than a record may be: what follows belongs to it, up to the next good row.
    this.#isSkipping = record.is === 'open'
    return last
  }

  /**
   * The first line from `line` on, and before `last`, in which a good row begins; else `last`. Uncertain where the text
   * ends within what may be one: whether it is must not depend on where a block happens to end.
   */
  #nextGood(
    bytes: Buffer,
    starts: number[],
    line: number,
    last: number,
    isEnd: boolean,
  ): { line: number; isCertain: boolean } {
    const format = this.#formatOf(bytes, 0)
    for (let index = line; index < last; index++) {
      const from = starts[index] ?? 0
      const record = recordAt(bytes, from, format)
      if (record.is === 'open' && !isEnd && bytes.length - from <= longestRecord)
        return { line: index, isCertain: false }
      if (this.#isGood(record, bytes, from)) {
        this.#isSkipping = false
        return { line: index, isCertain: true }
      }
    }
    return { line: last, isCertain: true }
  }

  #isGood(record: CsvRecord, bytes: Buffer, from: number): boolean {
    if (record.is !== 'whole' || record.columns !== this.#columns?.length) return false
    const length = record.end - from
    // Of a single column each line would be one, the empty one too.
    return length <= longestRecord && bytes.subarray(from, record.end).toString().trim() !== ''
  }

  #broken(bytes: Buffer, from: number, end: number, line: number, broken: string): BrokenRow {
    const { delimiter = ',', quote = '' } = this.#format ?? {}
    this.#csv ??= { columns: this.#columns ?? [], delimiter, quote }
    const text = textOfBroken(bytes.subarray(from, end))
    return { broken, ...text, csv: this.#csv, position: { line } }
  }

  #formatOf(bytes: Buffer, start: number): CsvFormat {
    if (this.#format) return this.#format
    const { delimiter, quote = '"' } = this.#options
    const end = bytes.indexOf('\n', start)
    const firstLine = bytes.subarray(start, end < 0 ? undefined : end).toString()
    if (firstLine.trim() === '') return { delimiter: delimiter ?? ',', quote: undefined }
    this.#format = {
      delimiter: delimiter ?? delimiterOf(firstLine),
      quote: quote === false ? undefined : quote,
    }
    return this.#format
  }
}

/**
 * Without quotes a record is a line and a field what stands between delimiters: there is nothing to parse
 * (`node bench/backfill.js --csv`: 6.9 µs of CPU a row instead of 9.0).
 */
function splitLines(
  bytes: Buffer,
  start: number,
  delimiter: string,
  tell: (values: string[], end: number) => void,
): void {
  for (let from = start; from < bytes.length;) {
    const newline = bytes.indexOf('\n', from)
    const next = newline < 0 ? bytes.length : newline + 1
    let end = newline < 0 ? next : newline
    if (newline > from && bytes[newline - 1] === carriageReturn) end--
    tell(bytes.toString('utf8', from, end).split(delimiter), next - start)
    from = next
  }
}

const carriageReturn = '\r'.charCodeAt(0)

/** Ends the reading of csv-parse at a record that is not what it seems. */
class TornRecord extends Error {}

/** What is wrong with bytes, where most blocks have nothing wrong at all. */
class Faults {
  readonly #bytes: Buffer
  readonly #hasNul: boolean
  readonly #isUtf8: boolean

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#hasNul = bytes.includes(0)
    this.#isUtf8 = isUtf8(bytes)
  }

  of(from: number, end: number): string | undefined {
    if (!this.#hasNul && this.#isUtf8) return undefined
    const bytes = this.#bytes.subarray(from, end)
    if (bytes.includes(0)) return 'a NUL byte is in the row; remove it'
    return encodingFault(bytes)
  }
}

function headerError(line: number, reason: string): SourceError {
  return new SourceError(`the header in line ${line} cannot be read: ${reason}`)
}

/** What is decided of a record must not depend on how much of the text happens to be at hand. */
function withinLimit(record: CsvRecord, from: number): CsvRecord {
  if (record.is !== 'faulty' || record.at - from < longestRecord) return record
  return { is: 'open', column: record.column }
}

/** Up to where lines may have been swallowed by a broken record, in bytes. */
function reachOf(record: CsvRecord, from: number): number {
  if (record.is === 'open') return from + longestRecord
  return record.is === 'faulty' ? record.at + 1 : record.end
}

/** The first line behind `line` that begins at `offset` or later. */
function lineAt(starts: number[], line: number, offset: number): number {
  let index = line + 1
  while (index < starts.length - 1 && (starts[index] ?? 0) < offset) index++
  return index
}

/** The part of a block from `line` on; undefined where it ends before. */
function fromLine(block: Block, line: number): Block | undefined {
  const { bytes, firstLine } = block
  if (line <= firstLine) return block
  let at = 0
  for (let number = firstLine; number < line; number++) {
    at = bytes.indexOf('\n', at) + 1
    if (at === 0 || at === bytes.length) return undefined
  }
  return { bytes: bytes.subarray(at), firstLine: line }
}
