// Profiles and accounts as a transaction reads them.
import type { Cell } from '../../cells/cells.js'
import type { Account, Identifier, Mapping, Profile } from '../../profiles/profile.js'
import { traitsFromText } from '../traits-text.js'
import { arrayOf } from './arrays.js'
import { keyOf } from './texts.js'
import type { Row, Value } from './session.js'
import type { Shape } from './sql-text.js'

/** Whatever can be asked for rows: a transaction, or a connection that reads. */
export interface Reader {
  rows(text: string, values?: readonly Value[]): Promise<Row[]>
}

export const PROFILE: Shape = [
  ['id', 'text'],
  ['space', 'text'],
  ['seq', 'bigint'],
  ['created_at', 'timestamptz'],
  ['updated_at', 'timestamptz'],
  ['first_message_id', 'text'],
  ['first_source', 'text'],
  ['last_message_id', 'text'],
  ['last_source', 'text'],
  ['traits', 'text'],
  ['apart', 'text'],
]
const PROFILE_COLUMNS = PROFILE.map(([name]) => `p.${name}`).join(', ')

export const ACCOUNT: Shape = [
  ['space', 'text'],
  ['id', 'text'],
  ['created_at', 'timestamptz'],
  ['updated_at', 'timestamptz'],
  ['first_message_id', 'text'],
  ['last_message_id', 'text'],
  ['traits', 'text'],
  ['whole_id', 'text'],
]

/** @returns the ids of the profiles that these identifiers belong to */
export async function ownersOf(
  reader: Reader,
  space: string,
  identifiers: readonly Identifier[],
): Promise<string[]> {
  if (identifiers.length === 0) return []
  const rows = await reader.rows(
    `SELECT DISTINCT i.profile_id FROM unnest($2::text[], $3::text[]) AS w (type, value)
     JOIN selfsame.identifiers i ON i.space = $1 AND i.type = w.type AND i.value = w.value`,
    [
      space,
      arrayOf(
        'text',
        identifiers.map(({ type }) => keyOf(type)),
      ),
      arrayOf(
        'text',
        identifiers.map(({ value }) => keyOf(value)),
      ),
    ],
  )
  return rows.map(([id]) => String(id))
}

/** Profiles by their ids, each whole, in this order; those merged into another are left out. */
export async function readProfiles(reader: Reader, ids: readonly string[]): Promise<Profile[]> {
  if (ids.length === 0) return []
  const wanted = [arrayOf('text', ids)]
  const [profiles, mappings, merged] = await Promise.all([
    reader.rows(
      `SELECT ${PROFILE_COLUMNS} FROM selfsame.profiles p WHERE id = ANY ($1::text[]) AND merged_into IS NULL`,
      wanted,
    ),
    reader.rows(
      `SELECT profile_id, coalesce(whole_type, type), coalesce(whole_value, value), created_at, first_message_id, source, seq
       FROM selfsame.identifiers WHERE profile_id = ANY ($1::text[]) ORDER BY seq, place`,
      wanted,
    ),
    reader.rows(
      `SELECT merged_into, id FROM selfsame.profiles WHERE merged_into = ANY ($1::text[]) ORDER BY seq, id`,
      wanted,
    ),
  ])
  const found = new Map(profiles.map((row) => [String(row[0]), profileOf(row)]))
  for (const [id, ...row] of mappings) found.get(String(id))?.mappings.push(mappingOf(row))
  for (const [into, id] of merged) found.get(String(into))?.merged.push(String(id))
  return ids.flatMap((id) => found.get(id) ?? [])
}

export async function readAccounts(
  reader: Reader,
  space: string,
  ids: readonly string[],
): Promise<Account[]> {
  if (ids.length === 0) return []
  const rows = await reader.rows(
    `SELECT ${ACCOUNT.map(([name]) => name).join(', ')} FROM selfsame.profile_accounts
     WHERE space = $1 AND id = ANY ($2::text[])`,
    [
      space,
      arrayOf(
        'text',
        [...new Set(ids)].map((id) => keyOf(id)),
      ),
    ],
  )
  return rows.map((row) => {
    const [, id, createdAt, updatedAt, firstMessageId, lastMessageId, traits, whole] = row.map(text)
    return {
      id: whole === '' || whole === undefined ? (id ?? '') : whole,
      space,
      createdAt: createdAt ?? '',
      updatedAt: updatedAt ?? '',
      firstMessageId: firstMessageId ?? '',
      lastMessageId: lastMessageId ?? '',
      traits: traitsFromText(traits ?? '{}'),
    }
  })
}

function profileOf(row: Row): Profile {
  const [id, space, seq, createdAt, updatedAt, ...rest] = row.map(text)
  const [firstMessageId, firstSource, lastMessageId, lastSource, traits, apart] = rest
  return {
    id: id ?? '',
    space: space ?? '',
    seq: Number(seq),
    createdAt: createdAt ?? '',
    updatedAt: updatedAt ?? '',
    firstMessageId: firstMessageId ?? '',
    firstSource: firstSource ?? '',
    lastMessageId: lastMessageId ?? '',
    lastSource: lastSource ?? '',
    mappings: [],
    traits: traitsFromText(traits ?? '{}'),
    merged: [],
    apart: JSON.parse(apart ?? '[]') as string[],
  }
}

function mappingOf(row: Row): Mapping {
  const [type, value, createdAt, firstMessageId, source, seq] = row.map(text)
  return {
    type: type ?? '',
    value: value ?? '',
    createdAt: createdAt ?? '',
    firstMessageId: firstMessageId ?? '',
    source: source ?? '',
    seq: Number(seq),
  }
}

function text(cell: Cell): string {
  return cell === null ? '' : String(cell)
}
