// People are forgotten, and spaces are resolved anew.
import type { Cell } from '../../cells/cells.js'
import { plainText } from '../../messages/plain-text.js'
import type { LogName } from '../../profiles/changes.js'
import { LOG_TABLES } from '../../profiles/logs.js'
import { MESSAGE_COLUMN, PROFILE_COLUMNS, VALUE_COLUMN } from '../log-columns.js'
import { arrayOf } from './arrays.js'
import type { Counters } from './counters.js'
import { messagesOfOthers, redactMessages } from './redact.js'
import type { Session } from './session.js'
import { readTables, SEQ } from './source-tables.js'
import { arraysOf, quote, type Shape, unnest } from './sql-text.js'
import { keyOf } from './texts.js'

export interface Erasure {
  readonly session: Session
  readonly counters: Counters
  readonly space: string
  /** Takes the tables from which something was deleted. */
  readonly emptied: Set<string>
}

const EMPTIED = [
  'messages',
  'identifiers',
  'profiles',
  'discards',
  'operations',
  'profile_traits_updates',
  'selfsame_upserts',
]

/** It takes as long as it takes. */
const NO_HURRY = 'SET LOCAL statement_timeout = 0'

export async function eraseProfiles(
  erasure: Erasure,
  profileIds: readonly string[],
): Promise<{ messages: number; rows: number }> {
  const { session, counters, space } = erasure
  await session.script(NO_HURRY)
  const profiles = await profilesWith(session, space, profileIds)
  if (profiles.length === 0) return { messages: 0, rows: 0 }
  const ids = arrayOf(
    'text',
    profiles.map(([id]) => String(id)),
  )
  const identifiers = await session.rows(
    `DELETE FROM selfsame.identifiers WHERE profile_id = ANY ($1::text[]) RETURNING type, coalesce(whole_value, value)`,
    [ids],
  )
  const values = identifiers.map(([, value]) => String(value))
  const messages = await eraseMessages(erasure, ids, new Set(values))
  const userIds = new Set<Cell>()
  const messageIds = new Set<string>()
  for (const [, , text] of messages) {
    const { userId, messageId } = JSON.parse(String(text)) as Record<string, Cell>
    messageIds.add(String(messageId))
    if (userId !== null && userId !== undefined) userIds.add(plainText(String(userId)))
  }
  for (const [type, value] of identifiers) if (type === 'user_id') userIds.add(value ?? null)
  const rows = await eraseRows(erasure, messages, [...userIds])
  await session.rows('DELETE FROM selfsame.discards WHERE message_id = ANY ($1::text[])', [
    arrayOf('text', [...messageIds]),
  ])
  await eraseLogs(erasure, {
    profiles: ids,
    messages: arrayOf('text', [...messageIds]),
    values: arrayOf('text', values),
  })
  await eraseSplits(session, space, new Set(values))
  await session.rows('DELETE FROM selfsame.profiles WHERE id = ANY ($1::text[])', [ids])
  await forgetParted(session, space, new Set(profiles.map(([id]) => String(id))))
  counters.add('messages', -messages.length)
  counters.add('identifiers', -identifiers.length)
  counters.add('profiles', -profiles.filter(([, isMerged]) => isMerged !== true).length)
  for (const table of EMPTIED) erasure.emptied.add(`selfsame.${table}`)
  return { messages: messages.length, rows }
}

/** @returns those that went: seq, key of the messageId, text */
async function eraseMessages(
  { session, space }: Erasure,
  profiles: Buffer,
  values: ReadonlySet<string>,
): Promise<(readonly Cell[])[]> {
  const nobodys = await nobodysMessages(session, space, values)
  const own = await session.rows(
    `DELETE FROM selfsame.messages
     WHERE (profile_id = ANY ($1::text[]) AND space = $2) OR seq = ANY ($3::bigint[])
     RETURNING seq, message_id, message`,
    [profiles, space, arrayOf('bigint', nobodys)],
  )
  const others = await messagesOfOthers(session, space, { profiles, values })
  const theirs = await session.rows(
    'DELETE FROM selfsame.messages WHERE seq = ANY ($1::bigint[]) RETURNING seq, message_id, message',
    [arrayOf('bigint', others.erased)],
  )
  await redactMessages(session, others.redacted, values)
  return [...own, ...theirs]
}

/** The survivors of these profiles, and all that were merged into them. */
function profilesWith(
  session: Session,
  space: string,
  ids: readonly string[],
): Promise<readonly (readonly Cell[])[]> {
  return session.rows(
    `WITH survivors AS (
       SELECT coalesce(merged_into, id) AS id FROM selfsame.profiles WHERE space = $1 AND id = ANY ($2::text[])
     )
     SELECT id, merged_into IS NOT NULL FROM selfsame.profiles
     WHERE id IN (SELECT id FROM survivors) OR merged_into IN (SELECT id FROM survivors)`,
    [space, arrayOf('text', ids)],
  )
}

/** A message that belongs to nobody may have their ids: an alias does. @returns the places of those that do */
async function nobodysMessages(
  session: Session,
  space: string,
  values: ReadonlySet<string>,
): Promise<number[]> {
  const rows = await session.rows(
    `SELECT seq, message FROM selfsame.messages WHERE profile_id IS NULL AND space = $1
     AND EXISTS (SELECT 1 FROM unnest($2::text[]) AS w (value) WHERE strpos(message, w.value) > 0)`,
    [
      space,
      arrayOf(
        'text',
        [...values].map((value) => JSON.stringify(value).slice(1, -1)),
      ),
    ],
  )
  return rows.flatMap(([seq, text]) => {
    const message = JSON.parse(String(text)) as Record<string, Cell>
    const ids = [message.userId, message.anonymousId, message.previousId]
    return ids.some((id) => values.has(String(id))) ? [Number(seq)] : []
  })
}

/** Sources share no tables, but spaces may share a source: a row of `users` goes with all who have its id. */
async function eraseRows(
  { session, emptied }: Erasure,
  messages: readonly (readonly Cell[])[],
  userIds: readonly Cell[],
): Promise<number> {
  const seqs = arrayOf(
    'bigint',
    messages.map(([seq]) => seq ?? null),
  )
  const keys = arrayOf(
    'text',
    userIds.map((id) => keyOf(String(id))),
  )
  let count = 0
  const schemas = await session.rows('SELECT schema FROM selfsame.selfsame_sources')
  for (const [schema] of schemas) {
    for (const table of (await readTables(session, String(schema))).keys()) {
      if (table === 'accounts') continue
      const name = `${quote(String(schema))}.${quote(table)}`
      const rows = await session.rows(
        table === 'users'
          ? `DELETE FROM ${name} WHERE id = ANY ($1::text[]) RETURNING 1`
          : `DELETE FROM ${name} WHERE ${SEQ} = ANY ($1::bigint[]) RETURNING 1`,
        [table === 'users' ? keys : seqs],
      )
      if (rows.length > 0) emptied.add(name)
      count += rows.length
    }
  }
  await session.rows(
    `DELETE FROM selfsame.selfsame_upserts WHERE "table" = 'users' AND id = ANY ($1::text[])`,
    [keys],
  )
  return count
}

async function eraseLogs(
  { session, space, emptied }: Erasure,
  lists: { readonly profiles: Buffer; readonly messages: Buffer; readonly values: Buffer },
): Promise<void> {
  for (const [log, columns] of Object.entries(LOG_TABLES)) {
    const conditions: [column: string, list: Buffer][] = [
      ...PROFILE_COLUMNS.map((column): [string, Buffer] => [column, lists.profiles]),
      [MESSAGE_COLUMN, lists.messages],
      [VALUE_COLUMN, lists.values],
    ]
    const here = conditions.filter(([column]) => columns.has(column))
    const any = here.map(([column], i) => `${quote(column)} = ANY ($${i + 2}::text[])`)
    const rows = await session.rows(
      `DELETE FROM selfsame.${log} WHERE space = $1 AND (${any.join(' OR ')}) RETURNING 1`,
      [space, ...here.map(([, list]) => list)],
    )
    if (rows.length > 0) emptied.add(`selfsame.${log}`)
  }
}

/** There is nobody left to be kept apart from. */
async function forgetParted(
  session: Session,
  space: string,
  gone: ReadonlySet<string>,
): Promise<void> {
  const rows = await session.rows(
    `SELECT id, apart FROM selfsame.profiles WHERE space = $1 AND apart <> '[]'`,
    [space],
  )
  for (const [id = null, text] of rows) {
    const before = JSON.parse(String(text)) as string[]
    const apart = before.filter((each) => !gone.has(each))
    if (apart.length === before.length) continue
    session.write('UPDATE selfsame.profiles SET apart = $2 WHERE id = $1', [
      id,
      JSON.stringify(apart),
    ])
  }
}

/** A split names whom it parted. There is nobody left to be kept apart. */
async function eraseSplits(
  session: Session,
  space: string,
  values: ReadonlySet<string>,
): Promise<void> {
  const rows = await session.rows(
    `SELECT selfsame_row, details FROM selfsame.operations WHERE space = $1 AND kind = 'split'`,
    [space],
  )
  const named = rows.filter(([, details]) => {
    const { identifiers = [], rest = [] } = JSON.parse(String(details)) as Partial<
      Record<'identifiers' | 'rest', { readonly value: string }[]>
    >
    return [...identifiers, ...rest].some(({ value }) => values.has(value))
  })
  await session.rows('DELETE FROM selfsame.operations WHERE selfsame_row = ANY ($1::bigint[])', [
    arrayOf(
      'bigint',
      named.map(([row]) => row ?? null),
    ),
  ])
}

export interface Replacement {
  readonly session: Session
  readonly counters: Counters
  readonly space: string
  readonly resolutions: Iterable<{ readonly seq: number; readonly profileId: string | undefined }>
  /** Writes the profiles and logs that come instead. */
  readonly save: () => Promise<void>
}

const RESOLUTION: Shape = [
  ['seq', 'bigint'],
  ['profile_id', 'text'],
]
const AT_ONCE = 10_000

/** Messages and tables stay. */
export async function replaceProfiles(replacement: Replacement): Promise<void> {
  const { session, counters, space, resolutions, save } = replacement
  await session.script(NO_HURRY)
  const [counts] = await session.rows(
    `SELECT (SELECT count(*) FROM selfsame.profiles WHERE space = $1 AND merged_into IS NULL),
       (SELECT count(*) FROM selfsame.identifiers WHERE space = $1)`,
    [space],
  )
  counters.add('profiles', -Number(counts?.[0] ?? 0))
  counters.add('identifiers', -Number(counts?.[1] ?? 0))
  const violations = await session.rows(
    'SELECT name, count(*) FROM selfsame.violations WHERE space = $1 GROUP BY name',
    [space],
  )
  for (const [name, number] of violations)
    counters.add(`violation ${String(name)}`, -Number(number))
  for (const table of ['profiles', 'identifiers', 'profile_accounts', ...logNames()]) {
    session.write(`DELETE FROM selfsame.${table} WHERE space = $1`, [space])
  }
  session.write(
    'UPDATE selfsame.messages SET profile_id = NULL WHERE space = $1 AND profile_id IS NOT NULL',
    [space],
  )
  await save()
  let rows: Cell[][] = []
  const flush = async () => {
    if (rows.length === 0) return
    session.write(
      `UPDATE selfsame.messages m SET profile_id = t.profile_id FROM ${unnest(RESOLUTION)}
       WHERE m.seq = t.seq AND m.space = $3`,
      [...arraysOf(RESOLUTION, rows), space],
    )
    rows = []
    await session.settled()
  }
  for (const { seq, profileId } of resolutions) {
    if (profileId === undefined) continue
    rows.push([seq, profileId])
    if (rows.length >= AT_ONCE) await flush()
  }
  await flush()
}

function logNames(): LogName[] {
  return Object.keys(LOG_TABLES) as LogName[]
}
