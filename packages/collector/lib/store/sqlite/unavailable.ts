// What SQLite says when it cannot go on, and what to do about it.
import { setTimeout as wait } from 'node:timers/promises'
import { StoreUnavailable } from '../errors.js'

/** How long a transaction waits for another process, ms. */
const PATIENCE = 5_000
const PAUSE = 20

/** Codes that say nothing of what was asked, but of the file: its name, and when to try again, s. */
const CODES = new Map<unknown, readonly [message: string, retryAfter: number]>([
  ['SQLITE_BUSY', ['The database is locked by another process', 1]],
  ['SQLITE_LOCKED', ['The database is locked', 1]],
  ['SQLITE_FULL', ['The disk is full', 30]],
  ['SQLITE_IOERR', ['The database cannot be read or written', 30]],
  ['SQLITE_READONLY', ['The database cannot be written', 30]],
  ['SQLITE_CANTOPEN', ['The database cannot be opened', 30]],
  ['SQLITE_CORRUPT', ['The database is damaged', 60]],
  ['SQLITE_NOTADB', ['The database is damaged', 60]],
])

/** The error as a StoreUnavailable if it is the file's; else as it is. */
export function unavailable(error: unknown): unknown {
  const known = CODES.get(primary(error))
  if (!known) return error
  const [message, retryAfter] = known
  return new StoreUnavailable(message, { cause: error, retryAfter })
}

/** Tries until no other process has the database. Between the tries the event loop goes on. */
export async function whenFree<T>(work: () => T): Promise<T> {
  const end = performance.now() + PATIENCE
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (primary(error) !== 'SQLITE_BUSY' || performance.now() > end) throw unavailable(error)
      await wait(PAUSE)
    }
  }
}

/** SQLITE_IOERR_WRITE and the like are SQLITE_IOERR. */
function primary(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code !== 'string') return undefined
  return code.split('_').slice(0, 2).join('_')
}
