// What can be asked of a SQLite file, by a connection that sees only what is committed.
import type { Cell, Columns, ColumnType } from '../../cells/cells.js'
import type { CollectedMessage } from '../../messages/message.js'
import type { LogName, LogRow } from '../../profiles/changes.js'
import { LOG_TABLES } from '../../profiles/logs.js'
import type { Account, Identifier, Profile } from '../../profiles/profile.js'
import { MESSAGE_COLUMN } from '../log-columns.js'
import { type Bounds, boundsOf } from '../paging.js'
import type {
  Counts,
  LogQuery,
  MessageQuery,
  RowQuery,
  Operation,
  Page,
  StoredMessage,
  TableInfo,
} from '../store.js'
import { findMessages } from './id-index.js'
import { MESSAGES_OF, rowsNaming } from './late-indexes.js'
import { OWN_SELECTS, ownColumns } from './own-selects.js'
import { readAccounts, readProfiles } from './profile-rows.js'
import { quote } from './sql-text.js'
import { readSchema } from './source-tables.js'
import type { Statements } from './statements.js'
import { SEQ } from './table-text.js'

const LISTED = 'IN (SELECT value FROM json_each(?))'

/** The number of the surviving profile with this id. */
const SURVIVOR = 'SELECT coalesce(merged_into, number) FROM profiles WHERE id = ?'

export class Reader {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  spaces(): string[] {
    const sql = 'SELECT DISTINCT space FROM messages UNION SELECT DISTINCT space FROM profiles'
    return this.#statements.all(`${sql} ORDER BY 1`).map(([space]) => String(space))
  }

  profile(id: string): Profile | undefined {
    return this.#profile(this.#statements.value(SURVIVOR, [id]))
  }

  profileOf(space: string, { type, value }: Identifier): Profile | undefined {
    return this.#profile(
      this.#statements.value(
        'SELECT profile FROM identifiers WHERE space = ? AND type = ? AND value = ?',
        [space, type, value],
      ),
    )
  }

  profiles({ space, search, ...page }: Page & { space?: string; search?: string }): Profile[] {
    const { order, values, limit } = paged(boundsOf(page))
    const conditions = ['merged_into IS NULL', 'seq > ?', 'seq < ?']
    const bound: Cell[] = [...values]
    if (space !== undefined) {
      conditions.push('space = ?')
      bound.push(space)
    }
    if (search !== undefined && search !== '') {
      conditions.push(
        '(instr(id, ?) OR number IN (SELECT profile FROM identifiers WHERE instr(value, ?)))',
      )
      bound.push(search, search)
    }
    const rows = this.#statements.all(
      `SELECT number FROM profiles WHERE ${conditions.join(' AND ')}
       ORDER BY seq ${order}, number ${order} LIMIT ?`,
      [...bound, limit],
    )
    const numbers = rows.map(([number]) => Number(number))
    const found = readProfiles(this.#statements, numbers)
    return numbers.flatMap((number) => found.get(number) ?? [])
  }

  account(space: string, id: string): Account | undefined {
    return readAccounts(this.#statements, space, [id])[0]
  }

  messages({ profileId, messageIds, ...page }: MessageQuery): StoredMessage[] {
    const { order, values, limit } = paged(boundsOf(page))
    const conditions = ['m.seq > ?', 'm.seq < ?']
    const bound: Cell[] = [...values]
    if (profileId !== undefined) {
      const numbers = JSON.stringify(this.#numbersOf(profileId))
      conditions.push(`m.seq IN (${MESSAGES_OF})`)
      bound.push(numbers, numbers)
    }
    if (messageIds !== undefined) {
      conditions.push(`m.seq ${LISTED}`)
      bound.push(JSON.stringify([...findMessages(this.#statements, messageIds).values()]))
    }
    const rows = this.#statements.all(
      `SELECT m.seq, m.message, m.space, m.source, coalesce(i.id, p.id) FROM messages m
       LEFT JOIN profiles p ON p.number = m.profile LEFT JOIN profiles i ON i.number = p.merged_into
       WHERE ${conditions.join(' AND ')} ORDER BY m.seq ${order} LIMIT ?`,
      [...bound, limit],
    )
    return (rows as [number, string, string, string, string | null][]).map(
      ([seq, message, space, source, id]) => ({
        seq,
        message: JSON.parse(message) as CollectedMessage,
        space,
        source,
        profileId: id ?? undefined,
      }),
    )
  }

  log(name: LogName, { profileIds, messageIds, ...page }: LogQuery): LogRow[] {
    const columns = LOG_TABLES[name]
    const { order, values, limit } = paged(boundsOf(page))
    const conditions = ['seq > ?', 'seq < ?']
    const bound: Cell[] = [...values]
    if (profileIds !== undefined) {
      const { sql, lists } = rowsNaming(name)
      conditions.push(`${SEQ} IN (${sql})`)
      for (let i = 0; i < lists; i++) bound.push(JSON.stringify(profileIds))
    }
    if (messageIds !== undefined) {
      const seqs = [...findMessages(this.#statements, messageIds).values()]
      conditions.push(`seq ${LISTED} AND ${MESSAGE_COLUMN} ${LISTED}`)
      bound.push(JSON.stringify(seqs), JSON.stringify(messageIds))
    }
    const names = [...columns.keys()]
    const rows = this.#statements.all(
      `SELECT ${names.map(quote).join(', ')} FROM ${quote(name)} WHERE ${conditions.join(' AND ')}
       ORDER BY ${SEQ} ${order} LIMIT ?`,
      [...bound, limit],
    )
    return rows.map((row) => record(columns, names, row))
  }

  operations(space: string): Operation[] {
    const rows = this.#statements.all(
      'SELECT seq, space, kind, at, details FROM operations WHERE space = ? ORDER BY seq$',
      [space],
    )
    return (rows as [number, string, Operation['kind'], string, string][]).map(
      ([seq, of, kind, at, details]) => ({ seq, space: of, kind, at, details }),
    )
  }

  tables(): TableInfo[] {
    const own = [...ownColumns()].map(([name, columns]) => ({
      schema: undefined,
      name,
      columns,
      rows: Number(
        this.#statements.value(
          name === 'profiles'
            ? 'SELECT count(*) FROM profiles WHERE merged_into IS NULL'
            : `SELECT count(*) FROM ${quote(name)}`,
        ),
      ),
    }))
    const counted = new Map(
      this.#statements.all(
        `SELECT name, value FROM selfsame_counters WHERE name GLOB 'rows *'`,
      ) as [string, number][],
    )
    const others = [...readSchema(this.#statements)].map(([name, columns]) => ({
      schema: undefined,
      name,
      columns,
      rows: counted.get(`rows ${name}`) ?? 0,
    }))
    return [...own, ...others]
  }

  rows(table: string, { limit = 100, where }: RowQuery): Record<string, Cell>[] {
    const own = ownColumns().get(table)
    const columns = own ?? readSchema(this.#statements).get(table)
    if (!columns) return []
    const names = [...columns.keys()]
    if (where !== undefined && !columns.has(where.column)) return []
    const condition = where === undefined ? '' : `WHERE ${quote(where.column)} = ?`
    const values = [...(where === undefined ? [] : [where.value]), Math.max(0, Math.floor(limit))]
    const list = names.map(quote).join(', ')
    const shown = OWN_SELECTS.get(table)
    const select =
      shown === undefined
        ? `SELECT ${list} FROM ${quote(table)} ${condition} ORDER BY ${SEQ} DESC`
        : `WITH shown(${list}) AS (${shown}) SELECT ${list} FROM shown ${condition}`
    const rows = this.#statements.all(`${select} LIMIT ?`, values)
    return rows.map((row) => record(columns, names, row))
  }

  counts(): Counts {
    const counts = new Map(
      this.#statements.all('SELECT name, value FROM selfsame_counters') as [string, number][],
    )
    const under = (prefix: string) =>
      Object.fromEntries(
        [...counts]
          .filter(([name, count]) => name.startsWith(prefix) && count !== 0)
          .map(([name, count]) => [name.slice(prefix.length), count]),
      )
    return {
      messages: counts.get('messages') ?? 0,
      profiles: counts.get('profiles') ?? 0,
      identifiers: counts.get('identifiers') ?? 0,
      violations: under('violation '),
      discards: under('discard '),
    }
  }

  /** Of the surviving profile, and of those that were merged into it. */
  #numbersOf(id: string): number[] {
    const rows = this.#statements.all(
      `WITH survivor AS (${SURVIVOR})
       SELECT number FROM profiles WHERE number IN survivor OR merged_into IN survivor`,
      [id],
    )
    return rows.map(([number]) => Number(number))
  }

  #profile(number: Cell | undefined): Profile | undefined {
    return typeof number === 'number'
      ? readProfiles(this.#statements, [number]).get(number)
      : undefined
  }
}

function paged({ after, before, limit, isAscending }: Bounds): {
  order: string
  values: Cell[]
  limit: number
} {
  return { order: isAscending ? 'ASC' : 'DESC', values: [after, before], limit }
}

/** SQLite has no type for true and false. */
function record(columns: Columns, names: readonly string[], row: readonly Cell[]): LogRow {
  return Object.fromEntries(
    names.map((name, i) => [name, cellOf(columns.get(name), row[i] ?? null)]),
  )
}

function cellOf(type: ColumnType | undefined, value: Cell): Cell {
  return type === 'boolean' && value !== null ? value === 1 : value
}
