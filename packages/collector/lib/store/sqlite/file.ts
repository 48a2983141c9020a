// A SQLite file is opened: created, or checked and brought up to date.
import { closeSync, existsSync, openSync } from 'node:fs'
import { StoreNotUsable } from '../errors.js'
import { connect } from './connect.js'
import type { DriverName } from './driver.js'
import { APPLICATION_ID, MIGRATIONS } from './migrations.js'
import { Statements } from './statements.js'

/**
 * `synchronous = FULL`: a commit is on the disk before it is answered, so that a power cut loses nothing either. For
 * transactions of 500 messages it costs no more than can be measured on an SSD.
 * `busy_timeout` is short because it stops the event loop: who waits longer, waits between tries.
 */
const WRITER = `
PRAGMA busy_timeout = 50;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -32768;
PRAGMA wal_autocheckpoint = 8000;
PRAGMA journal_size_limit = 67108864;
`
const READER = `
PRAGMA busy_timeout = 50;
PRAGMA query_only = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -8192;
`

export interface File {
  readonly path: string
  /** The library to be used. @default the first that is there */
  readonly driver?: DriverName | undefined
  /** The most bytes that the file may have; beyond them it is as if the disk were full. @default Infinity */
  readonly maxBytes?: number | undefined
  /** How many messages are gathered before they are put into the indexes. @default 20,000 to 50,000 */
  readonly indexEvery?: number | undefined
}

/** @throws StoreNotUsable if the file is not a store's, or cannot be opened */
export async function openWriter({ path, driver, maxBytes }: File): Promise<Statements> {
  let statements: Statements | undefined
  try {
    // What is in it is nobody else's business. SQLite gives -wal and -shm the mode of the file.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
    statements = new Statements(await connect(path, driver))
    check(statements, path)
    statements.all('PRAGMA journal_mode = WAL')
    statements.exec(WRITER)
    migrate(statements)
    if (maxBytes !== undefined) limitTo(statements, maxBytes)
    statements.forget()
    return statements
  } catch (error) {
    statements?.close()
    throw explained(error, path)
  }
}

export async function openReader({ path, driver }: File): Promise<Statements> {
  const statements = new Statements(await connect(path, driver))
  statements.exec(READER)
  return statements
}

function check(statements: Statements, path: string): void {
  const tables = statements.value('SELECT count(*) FROM sqlite_master')
  const owner = statements.value('PRAGMA application_id')
  const version = versionOf(statements)
  if (owner === 0 && version === 0 && tables === 0) return
  if (owner !== APPLICATION_ID) {
    throw new StoreNotUsable(
      `${path} is the database of another program. Name a file that does not exist yet, and it will be created.`,
    )
  }
  if (version > MIGRATIONS.length) {
    throw new StoreNotUsable(
      `${path} was written by a newer version of @selfsame/collector (format ${version}, known ${MIGRATIONS.length}). ` +
        'Install that version: npm install @selfsame/collector@latest',
    )
  }
}

function limitTo(statements: Statements, bytes: number): void {
  const size = Number(statements.value('PRAGMA page_size'))
  statements.all(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytes / size))}`)
}

/** Two processes may open a new file at the same time: only one of them finds it as it was. */
function migrate(statements: Statements): void {
  statements.exec('BEGIN IMMEDIATE')
  try {
    for (let version = versionOf(statements); version < MIGRATIONS.length; version++) {
      const step = MIGRATIONS[version]
      if (step) statements.exec(step())
    }
    statements.exec(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`,
    )
    statements.exec('COMMIT')
  } catch (error) {
    statements.exec('ROLLBACK')
    throw error
  }
}

function versionOf(statements: Statements): number {
  return Number(statements.value('PRAGMA user_version'))
}

function explained(error: unknown, path: string): unknown {
  if (error instanceof StoreNotUsable || !(error instanceof Error)) return error
  const code = 'code' in error ? error.code : undefined
  if (code === 'SQLITE_NOTADB') {
    return new StoreNotUsable(
      `${path} is not a SQLite file. Name a file that does not exist yet, and it will be created.`,
    )
  }
  return new StoreNotUsable(`${path} cannot be opened: ${error.message}`, { cause: error })
}
