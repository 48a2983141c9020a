// Rows of a file, or of standard input.

import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { describeValue } from '../../runtime/describe-value.js'
import { oneOf, shown, wrong } from '../../runtime/check-option.js'
import type { BackfillSource, BrokenRow, RowPosition, SourceRow } from './source.js'
import { csvRows, type CsvOptions } from './csv.js'
import {
  contentOf,
  decoderFor,
  fingerprintOf,
  head,
  prepend,
  sizeOf,
  stdinPath,
} from './file-bytes.js'
import { jsonArrayRows } from './json-array.js'
import { ndjsonRows, rowsOfLine, type LineReader } from './ndjson.js'

const formats = ['csv', 'tsv', 'ndjson', 'json'] as const

export type FileFormat = (typeof formats)[number]

/** How to read a file. What is left out is detected from its name and beginning. */
export interface FileOptions {
  /**
   * `csv` (also with semicolons or bars, if the header has no comma), `tsv`, `ndjson` (one JSON object per line, or a
   * rejects file), `json` (an array of objects). Default: by the extension, otherwise by the first byte.
   */
  format?: FileFormat | undefined
  /** The delimiter of a CSV file: one ASCII character. Default: detected from the header. */
  delimiter?: string | undefined
  /** The quote of a CSV file: one ASCII character, or false if quotes are plain text. Default: `"`. */
  quote?: string | false | undefined
  /** The names of the columns of a CSV file, in place of those in its header. */
  columns?: readonly string[] | undefined
  /** Whether the first line of a CSV file names its columns. Default: true. */
  header?: boolean | undefined
  /** As `TextDecoder` names it. Default: UTF-8, or UTF-16 if a byte order mark says so. */
  encoding?: string | undefined
}

/**
 * The rows of a file: CSV, TSV, NDJSON or a JSON array, plain or gzip (recognised by its content). Values of a CSV file
 * are text, and an empty cell is an empty text.
 *
 * Rows that cannot be read are reported as broken, with the line on which they begin, and do not affect others. A row may
 * have at most 1 MiB.
 *
 * @param path of the file; `-` is standard input
 * @throws TypeError that names the option that is wrong; `SourceError`, while reading, if the file does not
 * exist or cannot be read to its end
 */
export function fileSource(
  path: string,
  options: FileOptions = {},
): BackfillSource<Record<string, unknown>> {
  return new FileSource<Row>(path, options)
}

/** The lines of a text file in a custom format, from line `firstLine` on. */
export function lineSource<R>(
  path: string,
  readLine: LineReader<R>,
  firstLine = 1,
): BackfillSource<R> {
  return new FileSource<R>(path, {}, { readLine, firstLine })
}

type Row = Record<string, unknown>

class FileSource<R> implements BackfillSource<R> {
  readonly name: string
  readonly #path: string
  readonly #options: FileOptions
  readonly #lines: { readLine: LineReader<R>; firstLine: number } | undefined
  #known: Promise<string> | undefined
  #read = 0

  constructor(
    path: unknown,
    options: FileOptions,
    lines?: { readLine: LineReader<R>; firstLine: number },
  ) {
    if (typeof path !== 'string' || path === '')
      throw wrong('path', describeValue(path), "the path of a file, or '-' for standard input")
    checkOptions(options)
    this.#path = path
    this.#options = { ...options }
    this.#lines = lines
    this.name = path === stdinPath ? 'standard input' : basename(path)
  }

  get fingerprint(): Promise<string> {
    this.#known ??= this.#fingerprint()
    // Not every caller awaits it, and its rejection must not end the process.
    this.#known.catch(() => undefined)
    return this.#known
  }

  get total(): Promise<number | undefined> {
    return sizeOf(this.#path)
  }

  done(): number {
    return this.#read
  }

  async *open(after?: {
    position: RowPosition
    rows: number
  }): AsyncGenerator<SourceRow<R> | BrokenRow, void> {
    this.#read = 0
    const content = contentOf(this.#path, this.#options.encoding, (bytes) => {
      this.#read += bytes
    })
    // Several rows at a time: one promise per row and generator would cost more than parsing.
    const all = this.#lines
      ? ndjsonRows(content, this.#lines.readLine, after?.position.line ?? this.#lines.firstLine - 1)
      : (this.#itemsOf(content, after) as AsyncIterable<(SourceRow<R> | BrokenRow)[]>)
    for await (const items of all) for (const item of items) yield item
  }

  async *#itemsOf(
    content: AsyncGenerator<Buffer, void>,
    after: { position: RowPosition; rows: number } | undefined,
  ): AsyncGenerator<(SourceRow<Row> | BrokenRow)[], void> {
    const { format, all } = await this.#formatOf(content)
    const line = after?.position.line ?? 0
    if (format === 'json') yield* jsonArrayRows(all, after?.rows)
    else if (format === 'ndjson') {
      const csv = csvOptions(this.#options)
      yield* ndjsonRows(all, (text, number) => rowsOfLine(text, number, csv), line)
    } else yield* csvRows(all, csvOptions(this.#options, format), line)
  }

  async #fingerprint(): Promise<string> {
    const content = await fingerprintOf(this.#path)
    // The options determine which rows it has.
    const reading = createHash('sha256').update(JSON.stringify(this.#options)).digest('hex')
    return `${content}, read as ${reading.slice(0, 16)}`
  }

  async #formatOf(
    content: AsyncGenerator<Buffer, void>,
  ): Promise<{ format: FileFormat; all: AsyncIterable<Buffer> }> {
    const { format: given } = this.#options
    const named = given ?? formatOfName(this.#path)
    if (named !== undefined && named !== 'json') return { format: named, all: content }
    const [first, rest] = await head(content, 1)
    const all = prepend(first, rest)
    if (given !== undefined) return { format: given, all }
    const [begin] = first.toString('latin1').trimStart()
    return { format: begin === '[' ? 'json' : begin === '{' ? 'ndjson' : (named ?? 'csv'), all }
  }
}

const formatOfEnding: Partial<Record<string, FileFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  // Many NDJSON files have this extension, so the first byte decides.
  json: 'json',
}

function formatOfName(path: string): FileFormat | undefined {
  const [, ending = ''] = /\.(\w+?)(?:\.gz)?$/i.exec(path.toLowerCase()) ?? []
  return formatOfEnding[ending]
}

function csvOptions(options: FileOptions, format?: FileFormat): CsvOptions {
  const { delimiter = format === 'tsv' ? '\t' : undefined, quote, columns, header } = options
  return { delimiter, quote, columns, header }
}

function checkOptions(options: FileOptions): void {
  const { format, delimiter, quote, columns, header, encoding } = options
  if (format !== undefined) oneOf(options, 'format', formats)
  const isCharacter = (value: unknown): boolean =>
    typeof value === 'string' && /^[\t\x20-\x7e]$/.test(value)
  if (delimiter !== undefined && !isCharacter(delimiter))
    throw wrong('delimiter', shown(delimiter), "one ASCII character, such as ';' or a tab")
  if (quote !== undefined && quote !== false && !isCharacter(quote))
    throw wrong('quote', shown(quote), 'one ASCII character, or false')
  const areNames = Array.isArray(columns) && columns.every((name) => typeof name === 'string')
  if (columns !== undefined && (!areNames || columns.length === 0))
    throw wrong('columns', describeValue(columns), 'an array of names')
  if (header !== undefined && typeof header !== 'boolean')
    throw wrong('header', describeValue(header), 'true or false')
  if (encoding !== undefined) decoderFor(encoding)
}
