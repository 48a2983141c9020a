// A database is opened: checked, and its tables created or brought up to date.
import type * as pg from 'pg'
import { StoreNotUsable } from '../errors.js'
import { MIGRATIONS, VERSION } from './migrations.js'

/** Any number will do, if it is always the same: "selfsame", as ASCII, cut to 63 bits. */
export const LOCK = '8315161591668141413'

/** What the first release of PostgreSQL lacks that is not supported: it ended in 2024. */
const OLDEST = 130_000

/**
 * Several collectors may open a new database at once: all but one of them find it ready.
 *
 * @throws StoreNotUsable if it is too old, too new, or not in UTF-8
 */
export async function prepare(client: pg.PoolClient): Promise<void> {
  await check(client)
  if ((await versionOf(client)) === VERSION) return
  await client.query('BEGIN')
  try {
    await client.query('SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0')
    await client.query(`SELECT pg_advisory_xact_lock(${LOCK})`)
    const version = await versionOf(client)
    if (version === undefined) await client.query('CREATE SCHEMA IF NOT EXISTS selfsame')
    for (const step of MIGRATIONS.slice(version ?? 0)) await client.query(step())
    await client.query(`UPDATE selfsame.selfsame_state SET version = ${VERSION}`)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

async function check(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`,
  )
  const { version, encoding } = rows[0] ?? { version: 0, encoding: '' }
  if (version < OLDEST) {
    throw new StoreNotUsable(
      `PostgreSQL ${Math.floor(version / 10_000)} is too old: 13 or later is needed.`,
    )
  }
  if (encoding !== 'UTF8') {
    throw new StoreNotUsable(
      `The database is encoded in ${encoding}. Create one in UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`,
    )
  }
}

async function versionOf(client: pg.PoolClient): Promise<number | undefined> {
  // to_regclass() may still say what it said before another collector created the table.
  const found = await client.query(
    `SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'selfsame' AND c.relname = 'selfsame_state'`,
  )
  if (found.rowCount === 0) return undefined
  const { rows } = await client.query<{ version: number }>(
    'SELECT version FROM selfsame.selfsame_state',
  )
  const version = rows[0]?.version ?? 0
  checkVersion(version)
  return version
}

/** @throws StoreNotUsable */
export function checkVersion(version: number): void {
  if (version <= VERSION) return
  throw new StoreNotUsable(
    `The database was written by a newer version of @selfsame/collector (format ${version}, known ${VERSION}). ` +
      'Install that version: npm install @selfsame/collector@latest',
  )
}
