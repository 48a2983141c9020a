// Reads a line of a rejects file as the row that it contains, so that the corrected file can be sent by itself.

import { csvRowsOf, type CsvOptions } from './csv.js'
import { rowOfJson } from './json-value.js'
import type { BrokenRow, SourceRow } from './source.js'

type Row = Record<string, unknown>
type Item = SourceRow<Row> | BrokenRow

/** Whether a row is exactly what a backfill writes into its rejects, and not a row of a source. */
export function isRejectedLine(row: Row): boolean {
  if (typeof row.reason !== 'string') return false
  const isPlaced = typeof row.line === 'number' || 'key' in row
  return isPlaced && Object.keys(row).every((key) => rejectedKeys.has(key))
}

const rejectedKeys = new Set(['line', 'key', 'reason', 'row', 'text', 'csv'])

/**
 * The row, or the rows of its text. They have the line of the rejects file as their position.
 *
 * @param options for a text without its own list of columns
 */
export function rowsOfRejected(rejected: Row, line: number, options: CsvOptions): Item[] {
  const position = { line }
  const { row, text } = rejected
  if (typeof row === 'object' && row !== null && !Array.isArray(row))
    return [{ row: row as Row, position }]
  if (typeof text !== 'string')
    return [{ broken: 'the rejected line has neither a row nor a text to read one from', position }]
  const format = csvOf(rejected.csv) ?? (options.columns ? options : undefined)
  if (!format) {
    const read = rowOfJson(text)
    return ['row' in read ? { row: read.row, position } : { broken: read.broken, text, position }]
  }
  return csvRowsOf(text, format).map((item) => ({ ...item, position }))
}

function csvOf(csv: unknown): CsvOptions | undefined {
  if (typeof csv !== 'object' || csv === null) return undefined
  const { columns, delimiter, quote } = csv as Record<string, unknown>
  if (!Array.isArray(columns)) return undefined
  return {
    columns: columns.map(String),
    delimiter: typeof delimiter === 'string' ? delimiter : undefined,
    quote: quote === '' ? false : typeof quote === 'string' ? quote : undefined,
  }
}
