// The row of an event repeats most of what its row in `tracks` has: it is copied within SQLite, where a value costs a
// tenth of one that is handed over.
import type { Cell, RowBatch } from '../../cells/cells.js'
import { quote } from './sql-text.js'
import type { Statements } from './statements.js'
import { SEQ } from './table-text.js'

/** Rows of `tracks` that this transaction has inserted. Each batch has the place of its messages as the first column. */
export class TrackRows {
  readonly #statements: Statements
  readonly #indexOf: ReadonlyMap<string, number>
  readonly #rows: ReadonlyMap<Cell, readonly Cell[]>

  constructor(statements: Statements, { columns, rows }: RowBatch) {
    this.#statements = statements
    this.#indexOf = new Map(columns.map((column, index) => [column, index]))
    this.#rows = new Map(rows.map((row) => [row[0] ?? null, row]))
  }

  /** @returns how many rows were inserted; undefined if they are not of these messages, and nothing was done */
  insertEvents({ table, columns, rows }: RowBatch): number | undefined {
    const tracks = rows.map(([seq]) => this.#rows.get(seq ?? null))
    if (!tracks.every((row) => row !== undefined)) return undefined
    const isCopied = columns.map((column, index) => {
      const at = this.#indexOf.get(column)
      return at !== undefined && rows.every((row, n) => row[index] === tracks[n]?.[at])
    })
    const copied = columns.filter((_, index) => isCopied[index])
    const given = columns.flatMap((_, index) => (isCopied[index] ? [] : [index]))
    const own = given.map((index) => quote(columns[index] ?? ''))
    const into = [...copied.map(quote), ...own].join(', ')
    const from = [
      ...copied.map((column) => `t.${quote(column)}`),
      ...own.map((column) => `given.${column}`),
    ].join(', ')
    return this.#statements.runRows(
      {
        head: `WITH given (${['selfsame$', ...own].join(', ')}) AS (VALUES `,
        width: own.length + 1,
        tail: `) INSERT INTO ${quote(table)} (${into}) SELECT ${from} FROM given
          CROSS JOIN tracks t ON t.${SEQ} = selfsame$ WHERE true ON CONFLICT DO NOTHING`,
      },
      rows.map((row) => [row[0] ?? null, ...given.map((index) => row[index] ?? null)]),
    )
  }
}
