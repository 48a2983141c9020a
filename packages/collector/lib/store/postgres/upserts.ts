// Rows of users and accounts, and what they are made of.
import type { Cell, ColumnType } from '../../cells/cells.js'
import type { UpsertCell, UpsertState } from '../../warehouse/schema.js'
import { arrayOf } from './arrays.js'
import { fit } from './rows.js'
import type { Session } from './session.js'
import { type SourceTables, tableName } from './source-tables.js'
import { columnName, insert, quote, SQL_TYPES, type Shape } from './sql-text.js'
import { keyOf } from './texts.js'

const STATE: Shape = [
  ['source', 'text'],
  ['table', 'text'],
  ['id', 'text'],
  ['state', 'text'],
]

/** As JSON: the id of the row, its columns as `[column, value, timestamp, seq, trait]`, and the rest. */
type Kept = [id: string, columns: [string, Cell, number, number, string][], rest: string]

export interface UpsertTable {
  readonly session: Session
  readonly source: string
  readonly tables: SourceTables
  readonly table: string
}

export async function readStates(
  { session, source, tables, table }: UpsertTable,
  ids: readonly string[],
): Promise<UpsertState[]> {
  if (ids.length === 0) return []
  const columns = tables.tables.get(table) ?? new Map<string, ColumnType>()
  const rows = await session.rows(
    `SELECT state FROM selfsame.selfsame_upserts WHERE source = $1 AND "table" = $2 AND id = ANY ($3::text[])`,
    [
      source,
      table,
      arrayOf(
        'text',
        [...new Set(ids)].map((id) => keyOf(id)),
      ),
    ],
  )
  return rows.map(([text]) => stateOf(String(text), columns))
}

/** Values are kept as they were when they came: those of a column that was widened since are widened here. */
function stateOf(text: string, types: ReadonlyMap<string, ColumnType>): UpsertState {
  const [id, kept, rest] = JSON.parse(text) as Kept
  const columns = new Map<string, UpsertCell>()
  for (const [column, cell, timestamp, seq, trait] of kept) {
    const isText = types.get(column) === 'text' && cell !== null
    columns.set(column, { value: isText ? String(cell) : cell, timestamp, seq, trait })
  }
  return { id, columns, rest }
}

/** What a column or table that could not be added would have is kept in the state, and shown when it is there. */
export function writeStates(of: UpsertTable, states: readonly UpsertState[]): void {
  const { session, source, tables, table } = of
  insert(
    session,
    {
      into: 'selfsame.selfsame_upserts',
      shape: STATE,
      tail: 'ON CONFLICT (source, "table", id) DO UPDATE SET state = excluded.state',
    },
    states.map((state) => [source, table, keyOf(state.id), textOf(state)]),
  )
  const types = tables.tables.get(table)
  if (types === undefined) return
  const into = tableName(tables, table)
  const used = new Set(states.flatMap(({ columns }) => [...columns.keys()]))
  used.delete('id')
  const columns = [...types].filter(([column]) => used.has(column))
  const shape: Shape = [
    ['id', 'text'],
    ...columns.map(([column, type]) => [columnName(column), SQL_TYPES[type]] as const),
  ]
  const updates = shape.slice(1).map(([name]) => `${quote(name)} = excluded.${quote(name)}`)
  insert(
    session,
    {
      into,
      shape,
      tail: `ON CONFLICT (id) DO ${updates.length === 0 ? 'NOTHING' : `UPDATE SET ${updates.join(', ')}`}`,
    },
    states.map(({ id, columns: cells }) => [
      keyOf(id),
      ...columns.map(([column, type]) =>
        fit([], cells.get(column)?.value ?? null, { table, column, type, id }),
      ),
    ]),
  )
}

function textOf({ id, columns, rest }: UpsertState): string {
  const kept: Kept = [
    id,
    [...columns].map(([column, { value, timestamp, seq, trait }]) => [
      column,
      value,
      timestamp,
      seq,
      trait,
    ]),
    rest,
  ]
  return JSON.stringify(kept)
}
