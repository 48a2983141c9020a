// Which tables there are, and their newest rows.
import type { Cell, Columns } from '../../cells/cells.js'
import { LOG_TABLES } from '../../profiles/logs.js'
import { OWN_TABLES } from '../own-tables.js'
import type { RowQuery, TableInfo } from '../store.js'
import { traitsFromText } from '../traits-text.js'
import type { Reader } from './people-rows.js'
import { record } from './reader.js'
import { readTables, SEQ, UPSERTED } from './source-tables.js'
import { columnName, literal, quote } from './sql-text.js'
import { keyOf } from './texts.js'

/** Tables with more rows are not counted: PostgreSQL's own estimate is given. */
const MOST_COUNTED = 100_000

const OWN: ReadonlyMap<string, Columns> = new Map<string, Columns>([
  ...Object.entries(OWN_TABLES),
  ...Object.entries(LOG_TABLES),
])

export async function tables(reader: Reader): Promise<TableInfo[]> {
  const own = [...OWN].map(([name, columns]) => ({ schema: undefined, name, columns }))
  const sources: { schema: string; name: string; columns: Columns }[] = []
  const schemas = await reader.rows('SELECT schema FROM selfsame.selfsame_sources ORDER BY schema')
  for (const [schema] of schemas) {
    for (const [name, columns] of await readTables(reader, String(schema))) {
      sources.push({ schema: String(schema), name, columns })
    }
  }
  const all: Omit<TableInfo, 'rows'>[] = [...own, ...sources]
  const rows = await countRows(reader, all)
  return all.map((table, i) => ({ ...table, rows: rows[i] ?? 0 }))
}

async function countRows(
  reader: Reader,
  all: readonly Omit<TableInfo, 'rows'>[],
): Promise<number[]> {
  const estimates = await reader.rows(
    `SELECT n.nspname::text, c.relname::text, c.reltuples::float8 FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.reltuples > ${MOST_COUNTED} AND c.relkind IN ('r', 'p')`,
  )
  const large = new Map(
    estimates.map(([schema, name, count]) => [`${String(schema)}.${String(name)}`, Number(count)]),
  )
  const counts = all.map(({ schema = 'selfsame', name }, i) => {
    const estimate = large.get(`${schema}.${name}`)
    if (estimate !== undefined) return `SELECT ${i}, ${estimate}::float8`
    const condition =
      name === 'profiles' && schema === 'selfsame' ? 'WHERE merged_into IS NULL' : ''
    return `SELECT ${i}, count(*)::float8 FROM ${quote(schema)}.${quote(name)} ${condition}`
  })
  // Several workers may count, and give their counts in any order.
  const rows = await reader.rows(`${counts.join(' UNION ALL ')} ORDER BY 1`)
  return rows.map(([, count]) => Number(count))
}

export async function rows(
  reader: Reader,
  table: string,
  { schema, limit = 100, where }: RowQuery,
): Promise<Record<string, Cell>[]> {
  const asked = { table, where, limit: Math.max(0, Math.floor(limit)) }
  const own = OWN.get(table)
  if (own !== undefined && schema === undefined) return ownRows(reader, own, asked)
  const place = await schemaOf(reader, table, schema)
  const columns = place === undefined ? undefined : (await readTables(reader, place)).get(table)
  if (place !== undefined && columns !== undefined) {
    return sourceRows(reader, place, { ...asked, columns })
  }
  return own === undefined ? [] : ownRows(reader, own, asked)
}

interface Asked {
  readonly table: string
  readonly where: RowQuery['where']
  readonly limit: number
}

async function sourceRows(
  reader: Reader,
  schema: string,
  { table, columns, where, limit }: Asked & { readonly columns: Columns },
): Promise<Record<string, Cell>[]> {
  if (where !== undefined && !columns.has(where.column)) return []
  const isOfMessage = where?.column === 'id' && !UPSERTED.has(table)
  const column = where === undefined ? '' : quote(columnName(where.column))
  // Rows have no index of the ids of their messages, but of their places.
  const condition = isOfMessage
    ? `WHERE ${SEQ} = (SELECT seq FROM selfsame.messages WHERE message_id = $2)`
    : where === undefined
      ? ''
      : `WHERE ${columns.get(where.column) === 'text' ? column : `${column}::text`} = $2`
  const value = where?.column === 'id' ? keyOf(where.value) : where?.value
  const names = [...columns.keys()].map((name) => quote(columnName(name)))
  const found = await reader.rows(
    `SELECT ${names.join(', ')} FROM ${quote(schema)}.${quote(table)} ${condition}
     ORDER BY ${SEQ} DESC LIMIT $1::bigint`,
    value === undefined ? [limit] : [limit, value],
  )
  return found.map((row) => record(columns, row))
}

/** Of a source. Without a name it is the first that has the table. */
async function schemaOf(
  reader: Reader,
  table: string,
  schema: string | undefined,
): Promise<string | undefined> {
  const [row] = await reader.rows(
    `SELECT s.schema FROM selfsame.selfsame_sources s JOIN pg_namespace n ON n.nspname = s.schema
     JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = $1
     ${schema === undefined ? '' : `WHERE s.schema = ${literal(schema)}`} ORDER BY s.schema LIMIT 1`,
    [table],
  )
  return row === undefined ? undefined : String(row[0])
}

/** Where the table has what is too long for an index beside its key, or profiles that were merged. */
const SELECTS: Readonly<Record<string, string>> = {
  messages: `SELECT m.seq, m.message_id, m.space, m.source, m.type, m.received_at, m.timestamp,
      coalesce(p.merged_into, p.id), m.message
    FROM selfsame.messages m LEFT JOIN selfsame.profiles p ON p.id = m.profile_id ORDER BY m.seq DESC`,
  profiles: `SELECT seq, id, space, created_at, updated_at, first_message_id, first_source, last_message_id,
      last_source, traits FROM selfsame.profiles WHERE merged_into IS NULL ORDER BY seq DESC, id DESC`,
  profile_accounts: `SELECT space, coalesce(whole_id, id), created_at, updated_at, first_message_id,
      last_message_id, traits FROM selfsame.profile_accounts`,
  identifiers: `SELECT seq, space, coalesce(whole_type, type), coalesce(whole_value, value), profile_id, created_at, first_message_id, source
    FROM selfsame.identifiers ORDER BY seq DESC, place DESC`,
}

async function ownRows(
  reader: Reader,
  columns: Columns,
  { table, where, limit }: Asked,
): Promise<Record<string, Cell>[]> {
  if (where !== undefined && !columns.has(where.column)) return []
  const names = [...columns.keys()].map(quote).join(', ')
  const select =
    SELECTS[table] ?? `SELECT ${names} FROM selfsame.${quote(table)} ORDER BY selfsame_row DESC`
  const text =
    where === undefined
      ? select
      : `SELECT * FROM (${select}) AS t (${names}) WHERE ${quote(where.column)}::text = $2`
  const found = await reader.rows(
    `${text} LIMIT $1::bigint`,
    where === undefined ? [limit] : [limit, where.value],
  )
  const isOfPeople = table === 'profiles' || table === 'profile_accounts'
  return found.map((row) => {
    const named = record(columns, row)
    return isOfPeople ? { ...named, traits: shownTraits(String(named.traits)) } : named
  })
}

/** Without those that were removed. */
function shownTraits(text: string): string {
  const kept = [...traitsFromText(text)].filter(([, { value }]) => value !== null)
  return JSON.stringify(Object.fromEntries(kept.map(([name, { value }]) => [name, value])))
}
