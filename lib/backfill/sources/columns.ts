// The columns of a table, as its header names them.

import { SourceError } from './source-error.js'

/** Possible delimiters, in order of preference. */
const delimiters = [',', '\t', ';', '|'] as const

/** Detects the delimiter of a header: a comma if there is one, otherwise the most frequent one. */
export function delimiterOf(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '')
  if (bare.includes(',')) return ','
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length)
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ','
}

/**
 * The names of the columns. One without a name gets its number.
 *
 * @throws SourceError if two have the same name: one of them would be lost silently
 */
export function columnsOf(header: readonly string[]): string[] {
  const columns = header.map((name, index) => name.trim() || `column ${index + 1}`)
  columns.forEach((name, index) => {
    const first = columns.indexOf(name)
    const help = "rename one of them in the header, or name all columns with the option 'columns'"
    if (first < index)
      throw new SourceError(
        `columns ${first + 1} and ${index + 1} are both called ${JSON.stringify(name)}; ${help}`,
      )
    if (name === '__proto__')
      throw new SourceError(
        `column ${index + 1} is called __proto__, which no object can have; ${help}`,
      )
  })
  return columns
}

export function rowOf(
  columns: readonly string[],
  values: readonly string[],
): Record<string, string> {
  const row: Record<string, string> = {}
  let index = 0
  for (const name of columns) row[name] = values[index++] ?? ''
  return row
}
