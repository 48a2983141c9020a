// Indexes that are written many rows at a time, in their order. What came since the last time is looked through.
import { LOG_TABLES } from '../../profiles/logs.js'
import { PROFILE_COLUMNS } from '../log-columns.js'
import { quote } from './sql-text.js'
import type { Statements } from './statements.js'
import { SEQ } from './table-text.js'

/** The counter of the last message that is indexed. */
export const INDEXED_TO = 'indexed to'
/** The counter of the last row of a log that is indexed. */
const LOGS_INDEXED_TO = 'logs indexed to'

const valueOf = (counter: string) =>
  `coalesce((SELECT value FROM selfsame_counters WHERE name = '${counter}'), 0)`

/** Which messages are counted to which profile. */
export function indexMessages(statements: Statements, last: number): void {
  statements.run(
    `INSERT INTO selfsame_messages_of SELECT profile, seq FROM messages
     WHERE seq > ${valueOf(INDEXED_TO)} AND profile IS NOT NULL ORDER BY profile, seq`,
  )
  set(statements, INDEXED_TO, last)
}

/** After a rebuild, which changes the profiles of all messages of a space. */
export function indexMessagesAgain(statements: Statements, space: string): void {
  statements.run(
    `INSERT INTO selfsame_messages_of SELECT profile, seq FROM messages
     WHERE seq <= ${valueOf(INDEXED_TO)} AND profile IS NOT NULL AND space = ? ORDER BY profile, seq`,
    [space],
  )
}

/** Which rows of the logs name which profile. */
export function indexLogs(statements: Statements): void {
  const named = Object.entries(LOG_TABLES).flatMap(([log, columns]) =>
    PROFILE_COLUMNS.filter((column) => columns.has(column)).map(
      (column) => `SELECT ${quote(column)}, '${log}', ${SEQ} FROM ${quote(log)}
        WHERE ${SEQ} > ${valueOf(LOGS_INDEXED_TO)} AND ${quote(column)} IS NOT NULL`,
    ),
  )
  // Not UNION ALL: the first row of the graph names a profile twice.
  statements.run(`INSERT INTO selfsame_logs_of ${named.join(' UNION ')} ORDER BY 1, 2, 3`)
  const last = `(SELECT coalesce(max(value), 0) FROM selfsame_counters WHERE name = '${LOG_ROWS}')`
  set(statements, LOGS_INDEXED_TO, Number(statements.value(`SELECT ${last}`)))
}

/** The counter of rows of logs, from which their places come: none is given twice. */
export const LOG_ROWS = 'log rows'

/** The places of messages that are counted to one of some profiles: a query with two lists of their numbers. */
export const MESSAGES_OF = `
  SELECT seq FROM selfsame_messages_of WHERE profile IN (SELECT value FROM json_each(?))
  UNION ALL SELECT seq FROM messages
  WHERE seq > ${valueOf(INDEXED_TO)} AND profile IN (SELECT value FROM json_each(?))`

/** The places of rows of a log that name one of some profiles: a query, and how often it has the list of their ids. */
export function rowsNaming(log: keyof typeof LOG_TABLES): { sql: string; lists: number } {
  const columns = PROFILE_COLUMNS.filter((column) => LOG_TABLES[log].has(column))
  const listed = 'IN (SELECT value FROM json_each(?))'
  const sql = `
    SELECT row FROM selfsame_logs_of WHERE log = '${log}' AND id ${listed}
    UNION SELECT ${SEQ} FROM ${quote(log)} WHERE ${SEQ} > ${valueOf(LOGS_INDEXED_TO)}
      AND (${columns.map((column) => `${quote(column)} ${listed}`).join(' OR ')})`
  return { sql, lists: columns.length + 1 }
}

function set(statements: Statements, counter: string, value: number): void {
  statements.run(
    'INSERT INTO selfsame_counters VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    [counter, value],
  )
}
