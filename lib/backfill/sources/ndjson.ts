// Reads the rows of an NDJSON text: one JSON object per line.

import type { BrokenRow, SourceRow } from './source.js'
import { blocksOf, lineStarts, type Block } from './blocks.js'
import { encodingFault, textOfBroken, tooLong } from './broken-text.js'
import type { CsvOptions } from './csv.js'
import { rowOfJson } from './json-value.js'
import { isRejectedLine, rowsOfRejected } from './rejected-line.js'

type Row = Record<string, unknown>

/** Reads a line: usually one row, or several from a corrected piece of CSV in a rejects file. */
export type LineReader<R> = (text: string, line: number) => (SourceRow<R> | BrokenRow)[]

/** The rows of the lines after line `after`, some at a time. Skips empty lines. */
export async function* ndjsonRows<R>(
  chunks: AsyncIterable<Buffer>,
  read: LineReader<R>,
  after = 0,
): AsyncGenerator<(SourceRow<R> | BrokenRow)[], void> {
  for await (const block of blocksOf(chunks)) {
    if ('bytes' in block) yield [...rowsOfBlock(block, read, after)]
    else if (block.line > after)
      yield [{ broken: tooLong(block.length), position: { line: block.line } }]
  }
}

/** Reads one JSON object, or the rows of a line of a rejects file. */
export function rowsOfLine(
  text: string,
  line: number,
  csv: CsvOptions,
): (SourceRow<Row> | BrokenRow)[] {
  const read = rowOfJson(text)
  if ('broken' in read)
    return [{ broken: read.broken, ...textOfBroken(Buffer.from(text)), position: { line } }]
  if (isRejectedLine(read.row)) return rowsOfRejected(read.row, line, csv)
  return [{ row: read.row, position: { line } }]
}

function* rowsOfBlock<R>(
  { bytes, firstLine }: Block,
  read: LineReader<R>,
  after: number,
): Generator<SourceRow<R> | BrokenRow> {
  const starts = lineStarts(bytes)
  for (let index = 0; index < starts.length - 1; index++) {
    const line = firstLine + index
    if (line <= after) continue
    const part = bytes.subarray(starts[index], starts[index + 1])
    const text = part
      .toString()
      .replace(/^\uFEFF/, '')
      .trim()
    if (text === '') continue
    const fault = encodingFault(part)
    if (fault === undefined) yield* read(text, line)
    else yield { broken: fault, ...textOfBroken(part), position: { line } }
  }
}
