// Converts cells, which are text, to the types given by options.

import { RowError } from '../../backfill/row-error.js'
import { isoTime } from '../../spec/timestamp.js'

export const cellTypes = ['text', 'number', 'boolean', 'date', 'json'] as const

export type CellType = (typeof cellTypes)[number]

/** What an empty cell means: no trait, removal of the trait, or an empty text. */
export const emptyMeanings = ['skip', 'null', 'text'] as const

export type EmptyMeaning = (typeof emptyMeanings)[number]

/**
 * The value of a cell; undefined if there is none.
 *
 * @param name of the column, for the error
 * @throws RowError that names the column, but not the value
 */
export function valueOf(cell: unknown, type: CellType, empty: EmptyMeaning, name: string): unknown {
  if (cell === '') return empty === 'skip' ? undefined : empty === 'null' ? null : ''
  // Rows of JSON or of a database already have types.
  if (typeof cell !== 'string') return cell
  const value = read(cell, type)
  if (value !== undefined) return value
  throw new RowError(
    `${name} is not ${withArticle[type]}`,
    `the column ${name} is a string that is not ${withArticle[type]}; allowed: ${allowed[type]}`,
    cell,
  )
}

const withArticle: Record<CellType, string> = {
  text: 'text',
  number: 'a number',
  boolean: 'a boolean',
  date: 'a date',
  json: 'JSON',
}

const allowed: Record<CellType, string> = {
  text: 'anything',
  number: 'a decimal number such as 12.5',
  boolean: 'true or false, yes or no, t or f, 1 or 0',
  date: 'an ISO-8601 date, with or without a time',
  json: 'JSON',
}

const truth: Partial<Record<string, boolean>> = {
  true: true,
  t: true,
  yes: true,
  y: true,
  '1': true,
  false: false,
  f: false,
  no: false,
  n: false,
  '0': false,
}

function read(cell: string, type: CellType): unknown {
  const text = cell.trim()
  switch (type) {
    case 'text':
      return cell
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
        ? Number(text)
        : undefined
    case 'boolean':
      return truth[text.toLowerCase()]
    case 'date':
      // With a zone, as date traits need it (Segment spec: Common fields, Timestamps).
      return attempt(() => new Date(isoTime(text)).toISOString())
    case 'json':
      return attempt(() => JSON.parse(text) as unknown)
  }
}

function attempt<T>(reading: () => T): T | undefined {
  try {
    return reading()
  } catch {
    return undefined
  }
}
