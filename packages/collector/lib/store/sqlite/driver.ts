// What the store needs of a library for SQLite.
import type { Cell } from '../../cells/cells.js'

export interface Statement {
  /** @returns how many rows it changed */
  run(values: readonly Cell[]): number
  /** Rows as arrays. */
  all(values: readonly Cell[]): Cell[][]
  columns(): string[]
}

/** A connection. Everything is synchronous, and throws errors that have a `code` like `SQLITE_FULL`. */
export interface Connection {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

export type DriverName = 'node:sqlite' | 'libsql'
