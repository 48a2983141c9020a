// The store that a text names.
import { MemoryStore } from '../memory/memory-store.js'
import type { Store } from '../store.js'

/**
 * Opens a store.
 *
 * @param db - `postgres://…` or `postgresql://…`: a PostgreSQL database. Any other text: the path of a SQLite file,
 * which is created if it is not there. @default in memory
 * @param options.maxMessages - The most messages that a store in memory keeps. @default 100,000
 * @throws StoreNotUsable if it cannot be opened: the message says what will help
 */
export async function openStore(
  db?: string,
  { maxMessages }: { readonly maxMessages?: number } = {},
): Promise<Store> {
  if (db === undefined)
    return new MemoryStore(maxMessages === undefined ? {} : { limit: maxMessages })
  // Loaded when needed: a store in memory starts in no time.
  if (isPostgres(db)) {
    const { openPostgresStore } = await import('../postgres/postgres-store.js')
    return await openPostgresStore(db)
  }
  const { openSqliteStore } = await import('../sqlite/sqlite-store.js')
  return await openSqliteStore({ path: db })
}

/** Whether it is the URL of a PostgreSQL database, and not the path of a file. */
export function isPostgres(db: string): boolean {
  return /^postgres(ql)?:/i.test(db)
}
