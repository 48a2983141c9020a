// Connections of the app's pool, and what PostgreSQL says on them.

import type { Pool, PoolClient } from 'pg'

const ignore = (): void => undefined

/** Runs work on a connection. If it is aborted, the connection is closed: a server that hangs would keep them all. */
export async function withConnection(
  pool: Pool,
  signal: AbortSignal,
  work: (db: PoolClient) => Promise<void>,
): Promise<void> {
  const db = await pool.connect()
  // One that breaks makes the work reject.
  db.on('error', ignore)
  let isHeld = true
  const release = (isBroken: boolean): void => {
    if (!isHeld) return
    isHeld = false
    if (!isBroken) db.off('error', ignore)
    db.release(isBroken)
  }
  const giveUp = (): void => {
    release(true)
  }
  signal.addEventListener('abort', giveUp)
  try {
    signal.throwIfAborted()
    await work(db)
  } finally {
    signal.removeEventListener('abort', giveUp)
    release(signal.aborted)
  }
}

/** Rejects if PostgreSQL takes no writes, as a standby, which answers who only reads. */
export async function expectWritable(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ isReadOnly: boolean }>(
    `select current_setting('transaction_read_only')::bool as "isReadOnly"`,
  )
  if (rows[0]?.isReadOnly === true)
    throw Object.assign(new Error('PostgreSQL is read-only'), { code: '25006' })
}
