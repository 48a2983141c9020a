// The libraries for SQLite that can be tried here.
import type { DriverName } from '../../lib/store/sqlite/driver.js'
import { openNodeSqlite } from '../../lib/store/sqlite/node-driver.js'

/** libsql always; Node's own if this Node has it. */
export const drivers: readonly DriverName[] = (await hasNodeSqlite())
  ? ['libsql', 'node:sqlite']
  : ['libsql']

async function hasNodeSqlite(): Promise<boolean> {
  const connection = await openNodeSqlite(':memory:')
  connection?.close()
  return connection !== undefined
}
