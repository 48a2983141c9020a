// Prepared statements of a connection, kept for when the same text comes again.
import type { Cell } from '../../cells/cells.js'
import type { Connection, Statement } from './driver.js'
import { places, quote } from './sql-text.js'

/** A table with many columns is written with many sets of them. */
const MOST_KEPT = 1_000
/** Values that one statement inserts, of some rows; rows that are left over are inserted one by one. */
const VALUES_AT_ONCE = 400
const MOST_ROWS_AT_ONCE = 25

export class Statements {
  readonly connection: Connection
  readonly #kept = new Map<string, Statement>()

  constructor(connection: Connection) {
    this.connection = connection
  }

  exec(sql: string): void {
    this.connection.exec(sql)
  }

  /** @returns how many rows it changed */
  run(sql: string, values: readonly Cell[] = []): number {
    return this.#prepare(sql).run(values)
  }

  all(sql: string, values: readonly Cell[] = []): Cell[][] {
    return this.#prepare(sql).all(values)
  }

  /** The first column of the first row. */
  value(sql: string, values: readonly Cell[] = []): Cell | undefined {
    return this.all(sql, values)[0]?.[0]
  }

  /**
   * Rows by as few statements as is sensible. `tail` follows the values: ON CONFLICT, say.
   *
   * @returns how many rows were inserted or changed
   */
  insert(
    into: { table: string; columns: readonly string[]; tail?: string },
    rows: readonly (readonly Cell[])[],
  ): number {
    const { table, columns, tail = '' } = into
    const head = `INSERT INTO ${quote(table)} (${columns.map(quote).join(', ')}) VALUES `
    return this.runRows({ head, width: columns.length, tail }, rows)
  }

  /**
   * As insert(), for a statement of any kind: the rows stand between its head and its tail.
   *
   * @returns how many rows were inserted or changed
   */
  runRows(
    { head, width, tail }: { head: string; width: number; tail: string },
    rows: readonly (readonly Cell[])[],
  ): number {
    if (rows.length === 0) return 0
    const atOnce = Math.max(1, Math.min(MOST_ROWS_AT_ONCE, Math.floor(VALUES_AT_ONCE / width)))
    let done = 0
    let changed = 0
    if (rows.length >= atOnce) {
      const many = this.#prepare(`${head}${places(width, atOnce)} ${tail}`)
      const values = new Array<Cell>(width * atOnce)
      for (; done + atOnce <= rows.length; done += atOnce) {
        fill(values, rows, { from: done, count: atOnce, width })
        changed += many.run(values)
      }
    }
    if (done === rows.length) return changed
    const one = this.#prepare(`${head}${places(width, 1)} ${tail}`)
    for (; done < rows.length; done++) changed += one.run(rows[done] ?? [])
    return changed
  }

  /** After a change of the schema some no longer hold. */
  forget(): void {
    this.#kept.clear()
  }

  close(): void {
    this.forget()
    this.connection.close()
  }

  #prepare(sql: string): Statement {
    const kept = this.#kept.get(sql)
    if (kept) return kept
    const statement = this.connection.prepare(sql)
    if (this.#kept.size >= MOST_KEPT) {
      for (const oldest of this.#kept.keys()) {
        this.#kept.delete(oldest)
        break
      }
    }
    this.#kept.set(sql, statement)
    return statement
  }
}

/** Faster than rows.slice().flat(): it is done for every value that is kept. */
function fill(
  values: Cell[],
  rows: readonly (readonly Cell[])[],
  { from, count, width }: { from: number; count: number; width: number },
): void {
  let at = 0
  for (let i = from; i < from + count; i++) {
    const row = rows[i] ?? []
    for (let j = 0; j < width; j++) values[at++] = row[j] ?? null
  }
}
