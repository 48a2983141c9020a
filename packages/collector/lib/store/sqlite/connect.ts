// Which library for SQLite is used.
import { StoreNotUsable } from '../errors.js'
import type { Connection, DriverName } from './driver.js'
import { openLibsql } from './libsql-driver.js'
import { openNodeSqlite } from './node-driver.js'

/** In the order in which they are tried. */
const DRIVERS: Record<DriverName, (path: string) => Promise<Connection | undefined>> = {
  'node:sqlite': openNodeSqlite,
  libsql: openLibsql,
}

/**
 * Opens a file, and creates it if there is none.
 *
 * @param only - The only library to be used. @default the first that is there
 * @throws StoreNotUsable if there is no library
 */
export async function connect(path: string, only?: DriverName): Promise<Connection> {
  for (const [name, open] of Object.entries(DRIVERS)) {
    if (only !== undefined && name !== only) continue
    const connection = await open(path)
    if (connection) return connection
  }
  throw new StoreNotUsable(
    'A SQLite file needs Node 22.16 or later, or the package libsql: npm install libsql',
  )
}
