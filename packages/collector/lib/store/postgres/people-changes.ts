// What has changed about profiles, as a transaction writes it.
import type { Cell } from '../../cells/cells.js'
import type { LogName, ProfileChanges } from '../../profiles/changes.js'
import { LOG_TABLES } from '../../profiles/logs.js'
import type { Account, Mapping, Profile } from '../../profiles/profile.js'
import { traitsToText } from '../traits-text.js'
import type { Counters } from './counters.js'
import { ACCOUNT, PROFILE } from './people-rows.js'
import type { Session } from './session.js'
import { arraysOf, insert, type Shape, SQL_TYPES, unnest } from './sql-text.js'
import { keyOf, restOfKey } from './texts.js'

const IDENTIFIER: Shape = [
  ['space', 'text'],
  ['type', 'text'],
  ['value', 'text'],
  ['profile_id', 'text'],
  ['seq', 'bigint'],
  ['place', 'bigint'],
  ['created_at', 'timestamptz'],
  ['first_message_id', 'text'],
  ['source', 'text'],
  ['whole_type', 'text'],
  ['whole_value', 'text'],
]
const TOUCHED: Shape = [
  ['id', 'text'],
  ['updated_at', 'timestamptz'],
  ['last_message_id', 'text'],
  ['last_source', 'text'],
]
const MERGED: Shape = [
  ['id', 'text'],
  ['space', 'text'],
  ['merged_into', 'text'],
]
const PAIR: Shape = [
  ['a', 'text'],
  ['b', 'text'],
]
const LOGS = Object.entries(LOG_TABLES).map(([name, columns]) => ({
  name: name as LogName,
  keys: [...columns.keys()],
  shape: [...columns].map(([column, type]) => [column, SQL_TYPES[type]] as const),
}))

/** All but what never changes. */
const UPDATE = `ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at,
  last_message_id = excluded.last_message_id, last_source = excluded.last_source,
  traits = excluded.traits, apart = excluded.apart`

/** Everything is sent, nothing waited for. */
export function saveProfiles(session: Session, counters: Counters, changes: ProfileChanges): void {
  const profiles = [...changes.profiles]
  const survivorOf = survivors(changes.merges)
  saveWhole(session, profiles)
  touch(session, [...changes.touched])
  addIdentifiers(session, changes, survivorOf)
  counters.add('identifiers', changes.added.length)
  const spaces = new Map(profiles.map(({ id, space }) => [id, space]))
  merge(session, survivorOf, spaces)
  move(session, changes.moved)
  saveAccounts(session, [...changes.accounts])
  saveLogs(session, changes.logs)
  for (const { name } of changes.logs.violations) counters.add(`violation ${String(name)}`, 1)
}

/** Where a profile that was merged has ended, when all of these are done. */
function survivors(merges: ProfileChanges['merges']): ReadonlyMap<string, string> {
  const last = new Map(merges.map(({ from, into }) => [from, into]))
  const found = new Map<string, string>()
  for (const from of last.keys()) {
    let into = from
    for (let next = last.get(into); next !== undefined; next = last.get(into)) into = next
    found.set(from, into)
  }
  return found
}

function saveWhole(session: Session, profiles: readonly Profile[]): void {
  if (profiles.length === 0) return
  const rows = profiles.map((profile): Cell[] => [
    profile.id,
    profile.space,
    profile.seq,
    profile.createdAt,
    profile.updatedAt,
    profile.firstMessageId,
    profile.firstSource,
    profile.lastMessageId,
    profile.lastSource,
    traitsToText(profile.traits),
    JSON.stringify(profile.apart),
  ])
  const names = PROFILE.map(([name]) => name).join(', ')
  // A row that is new was not written by a transaction before this statement: it has no xmax.
  session.write(
    `WITH saved AS (
       INSERT INTO selfsame.profiles (${names}) SELECT ${names} FROM ${unnest(PROFILE)} ${UPDATE}
       RETURNING xmax = 0 AS is_new
     )
     UPDATE selfsame.selfsame_counters SET value = value + (SELECT count(*) FROM saved WHERE is_new)
     WHERE name = 'profiles'`,
    arraysOf(PROFILE, rows),
  )
}

function touch(session: Session, touched: readonly Profile[]): void {
  if (touched.length === 0) return
  session.write(
    `UPDATE selfsame.profiles p SET updated_at = t.updated_at, last_message_id = t.last_message_id,
       last_source = t.last_source
     FROM ${unnest(TOUCHED)} WHERE p.id = t.id`,
    arraysOf(
      TOUCHED,
      touched.map(({ id, updatedAt, lastMessageId, lastSource }) => [
        id,
        updatedAt,
        lastMessageId,
        lastSource,
      ]),
    ),
  )
}

function addIdentifiers(
  session: Session,
  { added, profiles }: ProfileChanges,
  survivorOf: ReadonlyMap<string, string>,
): void {
  if (added.length === 0) return
  const spaces = new Map([...profiles].map(({ id, space }) => [id, space]))
  const rows = added.map(({ profileId, mapping }, place): Cell[] => {
    const owner = survivorOf.get(profileId) ?? profileId
    const space = spaces.get(owner)
    if (space === undefined) throw new Error(`There is no profile ${owner}`)
    return identifierRow({ space, owner, place, mapping })
  })
  insert(session, { into: 'selfsame.identifiers', shape: IDENTIFIER }, rows)
}

function identifierRow(of: {
  readonly space: string
  readonly owner: string
  readonly place: number
  readonly mapping: Mapping
}): Cell[] {
  const { type, value, seq, createdAt, firstMessageId, source } = of.mapping
  const [typeKey, valueKey] = [keyOf(type), keyOf(value)]
  return [
    of.space,
    typeKey,
    valueKey,
    of.owner,
    seq,
    of.place,
    createdAt,
    firstMessageId,
    source,
    restOfKey(type, typeKey),
    restOfKey(value, valueKey),
  ]
}

/** One that was merged in the transaction that created it has no row yet, but messages that were counted to it. */
function merge(
  session: Session,
  survivorOf: ReadonlyMap<string, string>,
  spaces: ReadonlyMap<string, string>,
): void {
  if (survivorOf.size === 0) return
  const pairs = [...survivorOf]
  session.write(
    `WITH gone AS (
       UPDATE selfsame.profiles p SET merged_into = t.b, traits = '{}', apart = '[]' FROM ${unnest(PAIR)}
       WHERE p.id = t.a AND p.merged_into IS NULL RETURNING 1
     )
     UPDATE selfsame.selfsame_counters SET value = value - (SELECT count(*) FROM gone) WHERE name = 'profiles'`,
    arraysOf(PAIR, pairs),
  )
  insert(
    session,
    { into: 'selfsame.profiles', shape: MERGED, tail: 'ON CONFLICT (id) DO NOTHING' },
    pairs.map(([from, into]) => [from, spaces.get(into) ?? '', into]),
  )
  session.write(
    `UPDATE selfsame.profiles p SET merged_into = t.b FROM ${unnest(PAIR)} WHERE p.merged_into = t.a`,
    arraysOf(PAIR, pairs),
  )
  session.write(
    `UPDATE selfsame.identifiers i SET profile_id = t.b FROM ${unnest(PAIR)} WHERE i.profile_id = t.a`,
    arraysOf(PAIR, pairs),
  )
}

const MOVED: Shape = [
  ['type', 'text'],
  ['value', 'text'],
  ['owner', 'text'],
]

function move(session: Session, moved: ProfileChanges['moved']): void {
  if (moved.length === 0) return
  session.write(
    `UPDATE selfsame.identifiers i SET profile_id = t.owner
     FROM ${unnest(MOVED)} JOIN selfsame.profiles p ON p.id = t.owner
     WHERE i.space = p.space AND i.type = t.type AND i.value = t.value`,
    arraysOf(
      MOVED,
      moved.map(({ identifier: { type, value }, to }) => [keyOf(type), keyOf(value), to]),
    ),
  )
}

function saveAccounts(session: Session, accounts: readonly Account[]): void {
  insert(
    session,
    {
      into: 'selfsame.profile_accounts',
      shape: ACCOUNT,
      tail: `ON CONFLICT (space, id) DO UPDATE SET updated_at = excluded.updated_at,
        last_message_id = excluded.last_message_id, traits = excluded.traits`,
    },
    accounts.map((account) => {
      const key = keyOf(account.id)
      return [
        account.space,
        key,
        account.createdAt,
        account.updatedAt,
        account.firstMessageId,
        account.lastMessageId,
        traitsToText(account.traits),
        restOfKey(account.id, key),
      ]
    }),
  )
}

function saveLogs(session: Session, logs: ProfileChanges['logs']): void {
  for (const { name, keys, shape } of LOGS) {
    const rows = logs[name].map((row) => keys.map((key) => row[key] ?? null))
    insert(session, { into: `selfsame.${name}`, shape }, rows)
  }
}
