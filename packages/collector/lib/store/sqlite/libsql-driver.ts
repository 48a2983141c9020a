// SQLite by the package libsql, for versions of Node that have none.
import type { Cell } from '../../cells/cells.js'
import { bindable } from './bindable.js'
import type { Connection, Statement } from './driver.js'

/** What is used of libsql, which is loaded only if it is needed. */
interface Database {
  exec(sql: string): void
  prepare(sql: string): DatabaseStatement
  close(): void
}

interface DatabaseStatement {
  raw(isRaw: boolean): this
  run(values: readonly unknown[]): { changes: number }
  all(values: readonly unknown[]): unknown[]
  columns(): { name: string }[]
}

type Module = new (path: string) => Database

/** @returns undefined if the package is not installed, or has nothing for this platform */
export async function openLibsql(path: string): Promise<Connection | undefined> {
  let Libsql: Module
  try {
    Libsql = ((await import('libsql')) as unknown as { default: Module }).default
  } catch {
    return undefined
  }
  return new LibsqlConnection(new Libsql(path))
}

class LibsqlConnection implements Connection {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  exec(sql: string): void {
    this.#database.exec(sql)
  }

  prepare(sql: string): Statement {
    const statement = this.#database.prepare(sql)
    return {
      run: (values) => statement.run(bindable(values)).changes,
      all: (values) => statement.raw(true).all(bindable(values)) as Cell[][],
      columns: () => statement.columns().map(({ name }) => name),
    }
  }

  close(): void {
    this.#database.close()
  }
}
