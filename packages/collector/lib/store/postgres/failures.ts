// What an error of the database means: try again, come back later, or give up.
import { StoreNotUsable, StoreUnavailable } from '../errors.js'

/** A serialisation failure or a deadlock: the transaction is gone, and may come again at once. */
const AGAIN = new Set(['40001', '40P01', '40003'])

/** Classes: connection, transaction state, resources, limits of the operator, system. */
const LATER = /^(08|25|40|53|57|58|XX)/
/** A lock that was not to be had. */
const LATER_CODES = new Set(['55P03', '55006'])

/** Authorisation, a database that does not exist, a privilege that is missing. */
const NEVER = /^(28|3D|42501|0A)/

export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

/** Errors of PostgreSQL have a code of five characters, those of sockets one like ECONNRESET. */
function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E')
}

/** Whether the connection has gone: by its socket's error, or because the server said that it would close it. */
export function isDisconnect(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  if (isSqlState(code)) return /^(08|57P)/.test(code)
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|ENOENT|EACCES|EHOST|ENET|ENOTFOUND|EAI_AGAIN|ERR_STREAM)/.test(code) ||
    DRIVER_MESSAGES.test(error.message)
  )
}

/** Of node-postgres, whose errors of this kind have no code. */
const DRIVER_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|Query read timeout|Connection ended)/i

/** Whether a transaction that failed so may be begun again at once. */
export function isTransient(error: unknown): boolean {
  return AGAIN.has(codeOf(error)) || isDisconnect(error)
}

/** What the caller is told. An error that is no database's stays as it is. */
export function explained(error: unknown): unknown {
  if (error instanceof StoreUnavailable || error instanceof StoreNotUsable) return error
  const code = codeOf(error)
  const isLater = isSqlState(code) && (LATER.test(code) || LATER_CODES.has(code))
  if (isLater || isDisconnect(error)) {
    return new StoreUnavailable(`PostgreSQL cannot take anything now: ${messageOf(error)}`, {
      cause: error,
      retryAfter: code === '57014' || code === '55P03' ? 2 : 1,
    })
  }
  return error
}

/** While a store is opened, what will not pass by itself is the user's to put right. */
export function explainedOnOpening(error: unknown): unknown {
  if (NEVER.test(codeOf(error))) {
    const hint =
      codeOf(error) === '42501'
        ? '. The user needs the right to create schemas: GRANT CREATE ON DATABASE … TO …'
        : ''
    return new StoreNotUsable(`The database cannot be used: ${messageOf(error)}${hint}`, {
      cause: error,
    })
  }
  return explained(error)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
