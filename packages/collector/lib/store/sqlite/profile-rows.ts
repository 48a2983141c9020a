// Profiles and accounts as rows.
import type { Cell } from '../../cells/cells.js'
import type { Account, Mapping, Profile } from '../../profiles/profile.js'
import { traitsFromText, traitsToText } from '../traits-text.js'
import type { Statements } from './statements.js'

export const PROFILE_COLUMNS = [
  'number',
  'id',
  'space',
  'seq',
  'created_at',
  'updated_at',
  'first_message_id',
  'first_source',
  'last_message_id',
  'last_source',
  'traits',
  'apart',
] as const

export function profileRow(number: number, profile: Profile): Cell[] {
  return [
    number,
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
  ]
}

/** Profiles by number, each whole; those that are merged into another are left out. */
export function readProfiles(
  statements: Statements,
  numbers: readonly number[],
): Map<number, Profile> {
  const profiles = new Map<number, Profile>()
  if (numbers.length === 0) return profiles
  const wanted = JSON.stringify(numbers)
  const rows = statements.all(
    `SELECT ${PROFILE_COLUMNS.map((column) => `p.${column}`).join(', ')},
       a.updated_at, m.message_id, m.source
     FROM json_each(?) w CROSS JOIN profiles p ON p.number = w.value
     LEFT JOIN selfsame_activity a ON a.profile = p.number LEFT JOIN messages m ON m.seq = a.seq
     WHERE p.merged_into IS NULL`,
    [wanted],
  )
  for (const row of rows) profiles.set(Number(row[0]), profileOf(row))
  const mappings = statements.all(
    `SELECT i.profile, i.type, i.value, i.created_at, i.first_message_id, i.source, i.seq
     FROM json_each(?) w CROSS JOIN identifiers i ON i.profile = w.value ORDER BY i.seq, i.place`,
    [wanted],
  )
  for (const [number, ...mapping] of mappings) {
    profiles.get(Number(number))?.mappings.push(mappingOf(mapping))
  }
  const merged = statements.all(
    `SELECT p.merged_into, p.id FROM json_each(?) w CROSS JOIN profiles p ON p.merged_into = w.value
     ORDER BY p.number`,
    [wanted],
  )
  for (const [number, id] of merged) profiles.get(Number(number))?.merged.push(String(id))
  return profiles
}

/** What it did last is newer than what its own row says. */
function profileOf(row: readonly Cell[]): Profile {
  const [, id, space, seq, createdAt, updatedAt, firstMessageId, firstSource, ...rest] =
    row as string[]
  const [lastMessageId, lastSource, traits, apart, activeAt, activeMessageId, activeSource] = rest
  const isActive = typeof activeAt === 'number'
  return {
    id: id ?? '',
    space: space ?? '',
    seq: Number(seq),
    createdAt: createdAt ?? '',
    updatedAt: isActive ? new Date(activeAt).toISOString() : (updatedAt ?? ''),
    firstMessageId: firstMessageId ?? '',
    firstSource: firstSource ?? '',
    lastMessageId: (isActive ? activeMessageId : lastMessageId) ?? '',
    lastSource: (isActive ? activeSource : lastSource) ?? '',
    mappings: [],
    traits: traitsFromText(traits ?? '{}'),
    merged: [],
    apart: JSON.parse(apart ?? '[]') as string[],
  }
}

function mappingOf(row: readonly Cell[]): Mapping {
  const [type, value, createdAt, firstMessageId, source, seq] = row as string[]
  return {
    type: type ?? '',
    value: value ?? '',
    createdAt: createdAt ?? '',
    firstMessageId: firstMessageId ?? '',
    source: source ?? '',
    seq: Number(seq),
  }
}

export const ACCOUNT_COLUMNS = [
  'space',
  'id',
  'created_at',
  'updated_at',
  'first_message_id',
  'last_message_id',
  'traits',
] as const

export function accountRow(account: Account): Cell[] {
  return [
    account.space,
    account.id,
    account.createdAt,
    account.updatedAt,
    account.firstMessageId,
    account.lastMessageId,
    traitsToText(account.traits),
  ]
}

export function readAccounts(
  statements: Statements,
  space: string,
  ids: readonly string[],
): Account[] {
  if (ids.length === 0) return []
  const rows = statements.all(
    `SELECT ${ACCOUNT_COLUMNS.join(', ')} FROM profile_accounts
     WHERE space = ? AND id IN (SELECT value FROM json_each(?))`,
    [space, JSON.stringify(ids)],
  )
  return (rows as string[][]).map((row) => {
    const [, id, createdAt, updatedAt, firstMessageId, lastMessageId, traits] = row
    return {
      id: id ?? '',
      space,
      createdAt: createdAt ?? '',
      updatedAt: updatedAt ?? '',
      firstMessageId: firstMessageId ?? '',
      lastMessageId: lastMessageId ?? '',
      traits: traitsFromText(traits ?? '{}'),
    }
  })
}
