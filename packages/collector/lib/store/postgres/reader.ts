// What can be asked of the database, outside of transactions: only what is committed is seen.
import type { Cell, Columns } from '../../cells/cells.js'
import type { CollectedMessage } from '../../messages/message.js'
import type { LogName, LogRow } from '../../profiles/changes.js'
import { LOG_TABLES } from '../../profiles/logs.js'
import type { Account, Identifier, Profile } from '../../profiles/profile.js'
import { MESSAGE_COLUMN, PROFILE_COLUMNS } from '../log-columns.js'
import { boundsOf } from '../paging.js'
import type { Counts, LogQuery, MessageQuery, Operation, Page, StoredMessage } from '../store.js'
import { arrayOf } from './arrays.js'
import { ownersOf, readAccounts, readProfiles, type Reader } from './people-rows.js'
import type { Value } from './session.js'
import { quote } from './sql-text.js'
import { keyOf } from './texts.js'

/** Conditions, and the values that they name. */
class Conditions {
  readonly values: Value[] = []
  readonly #texts: string[] = []

  /** `?` is the value. */
  add(text: string, value?: Value): void {
    if (value !== undefined) this.values.push(value)
    this.#texts.push(text.replaceAll('?', `$${this.values.length}`))
  }

  /** The place of one more value. */
  value(value: Value): string {
    this.values.push(value)
    return `$${this.values.length}`
  }

  /** All of them. */
  get text(): string {
    return this.#texts.join(' AND ')
  }
}

export async function spaces(reader: Reader): Promise<string[]> {
  const rows = await reader.rows(
    'SELECT space FROM selfsame.messages UNION SELECT space FROM selfsame.profiles ORDER BY 1',
  )
  return rows.map(([space]) => String(space))
}

export async function profile(reader: Reader, id: string): Promise<Profile | undefined> {
  const [survivor] = await survivorOf(reader, id)
  return survivor === undefined ? undefined : (await readProfiles(reader, [survivor]))[0]
}

async function survivorOf(reader: Reader, id: string): Promise<string[]> {
  const rows = await reader.rows(
    'SELECT coalesce(merged_into, id) FROM selfsame.profiles WHERE id = $1',
    [id],
  )
  return rows.map(([found]) => String(found))
}

export async function profileOf(
  reader: Reader,
  space: string,
  identifier: Identifier,
): Promise<Profile | undefined> {
  return (await readProfiles(reader, await ownersOf(reader, space, [identifier])))[0]
}

export async function profiles(
  reader: Reader,
  { space, search, ...page }: Page & { space?: string; search?: string },
): Promise<Profile[]> {
  const { after, before, limit, isAscending } = boundsOf(page)
  const conditions = new Conditions()
  conditions.add('merged_into IS NULL')
  conditions.add('seq > ?::bigint', after)
  conditions.add('seq < ?::bigint', before)
  if (space !== undefined) conditions.add('space = ?', space)
  if (search !== undefined && search !== '') {
    conditions.add(
      `(position(?::text IN id) > 0 OR id IN (
         SELECT profile_id FROM selfsame.identifiers WHERE position(?::text IN coalesce(whole_value, value)) > 0
       ))`,
      search,
    )
  }
  const order = isAscending ? 'ASC' : 'DESC'
  const rows = await reader.rows(
    `SELECT id FROM selfsame.profiles WHERE ${conditions.text} ORDER BY seq ${order}, id ${order}
     LIMIT ${conditions.value(limit)}::bigint`,
    conditions.values,
  )
  return readProfiles(
    reader,
    rows.map(([id]) => String(id)),
  )
}

export async function account(
  reader: Reader,
  space: string,
  id: string,
): Promise<Account | undefined> {
  return (await readAccounts(reader, space, [id]))[0]
}

export async function messages(
  reader: Reader,
  { profileId, messageIds, ...page }: MessageQuery,
): Promise<StoredMessage[]> {
  const { after, before, limit, isAscending } = boundsOf(page)
  const conditions = new Conditions()
  conditions.add('m.seq > ?::bigint', after)
  conditions.add('m.seq < ?::bigint', before)
  if (profileId !== undefined) {
    const ids = await reader.rows(
      `SELECT id FROM selfsame.profiles WHERE id = $1 OR merged_into = $1`,
      [(await survivorOf(reader, profileId))[0] ?? null],
    )
    conditions.add('m.profile_id = ANY (?::text[])', arrayOf('text', ids.flat()))
  }
  if (messageIds !== undefined) {
    const keys = messageIds.map((id) => keyOf(id))
    conditions.add('m.message_id = ANY (?::text[])', arrayOf('text', keys))
  }
  const rows = await reader.rows(
    `SELECT m.seq, m.message, m.space, m.source, coalesce(p.merged_into, p.id)
     FROM selfsame.messages m LEFT JOIN selfsame.profiles p ON p.id = m.profile_id
     WHERE ${conditions.text} ORDER BY m.seq ${isAscending ? 'ASC' : 'DESC'} LIMIT ${conditions.value(limit)}::bigint`,
    conditions.values,
  )
  return rows.map(([seq, message, space, source, id]) => ({
    seq: Number(seq),
    message: JSON.parse(String(message)) as CollectedMessage,
    space: String(space),
    source: String(source),
    profileId: id === null || id === undefined ? undefined : String(id),
  }))
}

export async function log(
  reader: Reader,
  name: LogName,
  { profileIds, messageIds, ...page }: LogQuery,
): Promise<LogRow[]> {
  const columns = LOG_TABLES[name]
  const { after, before, limit, isAscending } = boundsOf(page)
  const conditions = new Conditions()
  conditions.add('seq > ?::bigint', after)
  conditions.add('seq < ?::bigint', before)
  if (profileIds !== undefined) {
    const naming = PROFILE_COLUMNS.filter((column) => columns.has(column))
    conditions.add(
      `(${naming.map((column) => `${column} = ANY (?::text[])`).join(' OR ')})`,
      arrayOf('text', profileIds),
    )
  }
  if (messageIds !== undefined) {
    conditions.add(`${MESSAGE_COLUMN} = ANY (?::text[])`, arrayOf('text', messageIds))
  }
  const names = [...columns.keys()]
  const order = isAscending ? 'ASC' : 'DESC'
  const rows = await reader.rows(
    `SELECT ${names.map(quote).join(', ')} FROM selfsame.${quote(name)} WHERE ${conditions.text}
     ORDER BY selfsame_row ${order} LIMIT ${conditions.value(limit)}::bigint`,
    conditions.values,
  )
  return rows.map((row) => record(columns, row))
}

export function record(columns: Columns, row: readonly Cell[]): Record<string, Cell> {
  return Object.fromEntries([...columns.keys()].map((name, i) => [name, row[i] ?? null]))
}

export async function operations(reader: Reader, space: string): Promise<Operation[]> {
  const rows = await reader.rows(
    'SELECT seq, space, kind, at, details FROM selfsame.operations WHERE space = $1 ORDER BY selfsame_row',
    [space],
  )
  return rows.map(([seq, of, kind, at, details]) => ({
    seq: Number(seq),
    space: String(of),
    kind: kind as Operation['kind'],
    at: String(at),
    details: String(details),
  }))
}

export async function counts(reader: Reader): Promise<Counts> {
  const rows = await reader.rows('SELECT name, value FROM selfsame.selfsame_counters')
  const all = new Map(rows.map(([name, value]) => [String(name), Number(value)]))
  const under = (prefix: string) =>
    Object.fromEntries(
      [...all]
        .filter(([name, count]) => name.startsWith(prefix) && count !== 0)
        .map(([name, count]) => [name.slice(prefix.length), count]),
    )
  return {
    messages: all.get('messages') ?? 0,
    profiles: all.get('profiles') ?? 0,
    identifiers: all.get('identifiers') ?? 0,
    violations: under('violation '),
    discards: under('discard '),
  }
}
