// SQLite as Node has it from 22.13 on, used from 22.16 on: earlier versions give no rows as arrays.
import type { Cell } from '../../cells/cells.js'
import { bindable } from './bindable.js'
import type { Connection, Statement } from './driver.js'

/** What is used of node:sqlite. */
interface Database {
  exec(sql: string): void
  prepare(sql: string): DatabaseStatement
  close(): void
}

interface DatabaseStatement {
  setReturnArrays(isOn: boolean): void
  run(...values: readonly unknown[]): { changes: number | bigint }
  all(...values: readonly unknown[]): unknown[]
  columns(): { name: string }[]
}

interface Module {
  DatabaseSync: new (path: string) => Database
  StatementSync: { prototype: object }
}

/** @returns undefined if this Node has none, or one that is too old */
export function openNodeSqlite(path: string): Promise<Connection | undefined> {
  // To import it is an error where it is behind a flag.
  const sqlite = builtin('node:sqlite') as Module | undefined
  const isUsable = sqlite !== undefined && 'setReturnArrays' in sqlite.StatementSync.prototype
  return Promise.resolve(isUsable ? new NodeConnection(new sqlite.DatabaseSync(path)) : undefined)
}

/** Node 21 and the first versions of 20 and 22 have no getBuiltinModule, and no SQLite either. */
function builtin(name: string): unknown {
  return 'getBuiltinModule' in process ? process.getBuiltinModule(name) : undefined
}

class NodeConnection implements Connection {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  exec(sql: string): void {
    withCode(() => this.#database.exec(sql))
  }

  prepare(sql: string): Statement {
    const statement = withCode(() => this.#database.prepare(sql))
    statement.setReturnArrays(true)
    return {
      run: (values) => Number(withCode(() => statement.run(...bindable(values))).changes),
      all: (values) => withCode(() => statement.all(...bindable(values)) as Cell[][]),
      columns: () => statement.columns().map(({ name }) => name),
    }
  }

  close(): void {
    this.#database.close()
  }
}

/** Of the primary codes of SQLite those that are of use; an extended one has more bits above them. */
const CODES = new Map([
  [5, 'SQLITE_BUSY'],
  [6, 'SQLITE_LOCKED'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
  [26, 'SQLITE_NOTADB'],
])

/** Node says ERR_SQLITE_ERROR of everything, and has the number in `errcode`. */
function withCode<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const number = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
    const code = CODES.get(number & 0xff)
    if (code !== undefined && error instanceof Error) Object.assign(error, { code })
    throw error
  }
}
