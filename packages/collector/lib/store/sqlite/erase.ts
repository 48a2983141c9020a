// People are forgotten, and spaces are resolved anew, in a SQLite file.
import { plainText } from '../../messages/plain-text.js'
import { LOG_TABLES } from '../../profiles/logs.js'
import { MESSAGE_COLUMN, PROFILE_COLUMNS, VALUE_COLUMN } from '../log-columns.js'
import { indexMessagesAgain, MESSAGES_OF } from './late-indexes.js'
import { messagesOfOthers, redactMessages } from './redact.js'
import { quote } from './sql-text.js'
import type { Writer } from './writer.js'
import { SEQ } from './table-text.js'

const LISTED = 'IN (SELECT value FROM json_each(?))'

/**
 * Sources share the tables, so that a row of `users` goes even if another space has a user of that id, too.
 *
 * @returns undefined if there is nobody to be forgotten
 */
export function eraseProfiles(
  writer: Writer,
  space: string,
  profileIds: readonly string[],
): { messages: number; rows: number } | undefined {
  const { statements, counters, ids, people } = writer
  const profiles = profilesWith(writer, space, profileIds)
  if (profiles.length === 0) return undefined
  const numbers = JSON.stringify(profiles.map(([number]) => number))
  const identifiers = statements.all(
    `SELECT type, value FROM identifiers WHERE profile ${LISTED}`,
    [numbers],
  ) as [string, string][]
  const values = JSON.stringify(identifiers.map(([, value]) => value))
  // A message that belongs to nobody may have their ids: an alias does.
  const messages = statements.all(
    `SELECT message_id, seq, message -> '$.userId' FROM messages WHERE seq IN (${MESSAGES_OF})
     UNION ALL SELECT message_id, seq, message -> '$.userId' FROM messages
     WHERE profile IS NULL AND space = ? AND (message ->> '$.userId' ${LISTED}
       OR message ->> '$.anonymousId' ${LISTED} OR message ->> '$.previousId' ${LISTED})`,
    [numbers, numbers, space, values, values, values],
  ) as [string, number, string | null][]
  const others = messagesOfOthers(writer, space, { profiles, identifiers, own: messages })
  messages.push(...others.erased)
  const userIds = new Set(messages.flatMap(([, , userId]) => userIdIn(userId)))
  for (const [type, value] of identifiers) if (type === 'user_id') userIds.add(value)

  const seqs = JSON.stringify(messages.map(([, seq]) => seq))
  const messageIds = JSON.stringify(messages.map(([id]) => id))
  redactMessages(writer, others.redacted, new Set(identifiers.map(([, value]) => value)))
  const rows = eraseRows(writer, seqs, JSON.stringify([...userIds]))
  ids.erase(messages.map(([id, seq]) => [id, seq] as const))
  statements.run(`DELETE FROM messages WHERE seq ${LISTED}`, [seqs])
  statements.run(`DELETE FROM discards WHERE message_id ${LISTED}`, [messageIds])
  eraseLogs(writer, space, {
    profileIds: JSON.stringify(profiles.map(([, id]) => id)),
    messageIds,
    values,
  })
  // A split names whom it parted. There is nobody left to be kept apart.
  statements.run(
    `DELETE FROM operations WHERE space = ? AND kind = 'split' AND EXISTS (
       SELECT 1 FROM (SELECT value FROM json_each(details, '$.identifiers')
         UNION ALL SELECT value FROM json_each(details, '$.rest')) AS named
       WHERE named.value ->> '$.value' ${LISTED})`,
    [space, values],
  )
  for (const table of ['identifiers', 'selfsame_activity', 'selfsame_messages_of']) {
    statements.run(`DELETE FROM ${table} WHERE profile ${LISTED}`, [numbers])
  }
  statements.run(`DELETE FROM profiles WHERE number ${LISTED}`, [numbers])
  forgetParted(writer, profiles)
  counters.add('messages', -messages.length)
  counters.add('identifiers', -identifiers.length)
  counters.add('profiles', -profiles.filter(([, , isMerged]) => isMerged === 0).length)
  people.forget()
  return { messages: messages.length, rows }
}

/** As the row of the user has it. The JSON says it whole: libsql reads a text as far as its first NUL. */
function userIdIn(json: string | null): string[] {
  const userId: unknown = json === null ? null : JSON.parse(json)
  return typeof userId === 'string' ? [plainText(userId)] : []
}

/** There is nobody left to be kept apart from. */
function forgetParted(
  { statements }: Writer,
  gone: readonly [number: number, id: string, isMerged: number][],
): void {
  const ids = JSON.stringify(gone.map(([, id]) => id))
  statements.run(
    `UPDATE profiles SET apart = (SELECT json_group_array(value) FROM json_each(apart) WHERE NOT value ${LISTED})
     WHERE apart <> '[]' AND EXISTS (SELECT 1 FROM json_each(apart) WHERE value ${LISTED})`,
    [ids, ids],
  )
}

/** The survivors of these profiles, and all that were merged into them. */
function profilesWith(
  { statements }: Writer,
  space: string,
  ids: readonly string[],
): [number: number, id: string, isMerged: number][] {
  return statements.all(
    `WITH survivors AS (
       SELECT coalesce(merged_into, number) AS number FROM profiles WHERE space = ? AND id ${LISTED}
     )
     SELECT number, id, merged_into IS NOT NULL FROM profiles
     WHERE number IN survivors OR merged_into IN survivors`,
    [space, JSON.stringify(ids)],
  ) as [number, string, number][]
}

function eraseRows(
  { statements, tables, counters }: Writer,
  seqs: string,
  userIds: string,
): number {
  let rows = 0
  const erase = (table: string, column: string, values: string) => {
    const sql = `DELETE FROM ${quote(table)} WHERE ${quote(column)} ${LISTED} RETURNING 1`
    const count = statements.all(sql, [values]).length
    counters.add(`rows ${table}`, -count)
    rows += count
  }
  for (const table of tables.schema.keys()) {
    if (table === 'users') erase(table, 'id', userIds)
    else if (table !== 'accounts') erase(table, SEQ, seqs)
  }
  statements.run(`DELETE FROM selfsame_upserts WHERE "table" = 'users' AND id ${LISTED}`, [userIds])
  return rows
}

function eraseLogs(
  { statements }: Writer,
  space: string,
  lists: { profileIds: string; messageIds: string; values: string },
): void {
  statements.run(`DELETE FROM selfsame_logs_of WHERE id ${LISTED}`, [lists.profileIds])
  for (const [log, columns] of Object.entries(LOG_TABLES)) {
    const conditions: [column: string, list: string][] = [
      ...PROFILE_COLUMNS.map((column): [string, string] => [column, lists.profileIds]),
      [MESSAGE_COLUMN, lists.messageIds],
      [VALUE_COLUMN, lists.values],
    ]
    const here = conditions.filter(([column]) => columns.has(column))
    const sql = here.map(([column]) => `${quote(column)} ${LISTED}`).join(' OR ')
    statements.run(`DELETE FROM ${quote(log)} WHERE space = ? AND (${sql})`, [
      space,
      ...here.map(([, list]) => list),
    ])
  }
}

/** Forgets the profiles of a space, its accounts and its logs. Messages and tables stay. */
export function clearSpace({ statements, counters, people }: Writer, space: string): void {
  const count = (sql: string) => Number(statements.value(sql, [space]))
  counters.add(
    'profiles',
    -count('SELECT count(*) FROM profiles WHERE space = ? AND merged_into IS NULL'),
  )
  counters.add('identifiers', -count('SELECT count(*) FROM identifiers WHERE space = ?'))
  const violations = statements.all(
    'SELECT name, count(*) FROM violations WHERE space = ? GROUP BY name',
    [space],
  )
  for (const [name, number] of violations) {
    counters.add(`violation ${String(name)}`, -Number(number))
  }
  const ofSpace = 'FROM profiles WHERE space = ?'
  statements.run(`DELETE FROM selfsame_logs_of WHERE id IN (SELECT id ${ofSpace})`, [space])
  for (const table of ['selfsame_activity', 'selfsame_messages_of']) {
    statements.run(`DELETE FROM ${table} WHERE profile IN (SELECT number ${ofSpace})`, [space])
  }
  for (const table of ['profiles', 'identifiers', 'profile_accounts', ...Object.keys(LOG_TABLES)]) {
    statements.run(`DELETE FROM ${quote(table)} WHERE space = ?`, [space])
  }
  statements.run('UPDATE messages SET profile = NULL WHERE space = ?', [space])
  people.forget()
}

export function writeResolutions(
  { statements, people }: Writer,
  space: string,
  resolutions: Iterable<{ readonly seq: number; readonly profileId: string | undefined }>,
): void {
  const numbers = new Map<string, number>()
  for (const { seq, profileId } of resolutions) {
    if (profileId === undefined) continue
    const number = numbers.get(profileId) ?? people.numberOf(profileId) ?? null
    if (number !== null) numbers.set(profileId, number)
    statements.run('UPDATE messages SET profile = ? WHERE seq = ? AND space = ?', [
      number,
      seq,
      space,
    ])
  }
  indexMessagesAgain(statements, space)
}
