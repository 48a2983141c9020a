// Prepared statements of a connection, kept for when the same text comes again.
import type { Cell } from '../../cells.js'
import type { Connection, Statement } from './driver.js'
import { places, quote } from './sql-text.js'

/** A table with many columns is written with many sets of them. */
const MOST_KEPT = 1_000
/** Values that one statement inserts, of some rows; rows that are left over are inserted one by one. */
const VALUES_AT_ONCE = 400

export class Statements {
  readonly connection: Connection
  readonly #kept = new Map<string, Statement>()

  constructor(connection: Connection) {
    this.connection = connection
  }

  exec(sql: string): void {
    this.connection.exec(sql)
  }

  run(sql: string, values: readonly Cell[] = []): void {
    this.#prepare(sql).run(values)
  }

  all(sql: string, values: readonly Cell[] = []): Cell[][] {
    return this.#prepare(sql).all(values)
  }

  /** The first column of the first row. */
  value(sql: string, values: readonly Cell[] = []): Cell | undefined {
    return this.all(sql, values)[0]?.[0]
  }

  /** Rows by as few statements as is sensible. `tail` follows the values: ON CONFLICT, say. */
  insert(
    into: { table: string; columns: readonly string[]; tail?: string },
    rows: readonly (readonly Cell[])[],
  ): void {
    const { table, columns, tail = '' } = into
    const head = `INSERT INTO ${quote(table)} (${columns.map(quote).join(', ')}) VALUES `
    const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / columns.length))
    let done = 0
    if (rows.length >= atOnce) {
      const many = this.#prepare(`${head}${places(columns.length, atOnce)} ${tail}`)
      for (; done + atOnce <= rows.length; done += atOnce) {
        many.run(rows.slice(done, done + atOnce).flat())
      }
    }
    if (done === rows.length) return
    const one = this.#prepare(`${head}${places(columns.length, 1)} ${tail}`)
    for (; done < rows.length; done++) one.run(rows[done] as readonly Cell[])
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
