// The rows of an NDJSON text: one JSON object a line.

import type { BrokenRow, SourceRow } from '../source.js'
import { blocksOf, lineStarts, type Block } from './blocks.js'
import { encodingFault, textOfBroken, tooLong } from './broken-text.js'
import type { CsvOptions } from './csv.js'
import { rowOfJson } from './json-value.js'
import { isRejectedLine, rowsOfRejected } from './rejected-line.js'

type Row = Record<string, unknown>
type Item = SourceRow<Row> | BrokenRow

/** The rows of `chunks` behind line `after`, some at a time. Lines of a rejects file are taken as the rows that they hold. */
export async function* ndjsonRows(
  chunks: AsyncIterable<Buffer>,
  rejected: CsvOptions = {},
  after = 0,
): AsyncGenerator<Item[], void> {
  for await (const block of blocksOf(chunks)) {
    if ('bytes' in block) yield [...rowsOfBlock(block, rejected, after)]
    else if (block.line > after)
      yield [{ broken: tooLong(block.length), position: { line: block.line } }]
  }
}

function* rowsOfBlock(
  { bytes, firstLine }: Block,
  rejected: CsvOptions,
  after: number,
): Generator<Item> {
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
    const read = fault === undefined ? rowOfJson(text) : { broken: fault }
    if ('broken' in read) yield { broken: read.broken, ...textOfBroken(part), position: { line } }
    else if (isRejectedLine(read.row)) yield* rowsOfRejected(read.row, line, rejected)
    else yield { row: read.row, position: { line } }
  }
}
