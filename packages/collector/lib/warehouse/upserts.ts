// `users` and `accounts`: one row each, with the newest value of every trait.
import { type CollectedMessage, isObject, type JsonObject } from '../messages/message.js'
import { fullName } from '../profiles/traits.js'
import type { SchemaDraft } from './draft.js'
import { flatten, type RawCell } from './flatten.js'
import type { UpsertCell, UpsertState } from './schema.js'
import { nameOf } from './snake-case.js'
import { converted } from './types.js'

/** What a message says about a row of `users` or `accounts`. */
export interface RowUpdate {
  readonly table: 'users' | 'accounts'
  readonly id: string
  readonly messageId: string
  /** ms since 1970 */
  readonly timestamp: number
  readonly seq: number
  readonly receivedAt: string
  readonly traits: readonly TraitUpdate[]
}

interface TraitUpdate {
  readonly trait: string
  readonly isObject: boolean
  readonly cells: readonly RawCell[]
}

const RESERVED = new Set(['id', 'received_at', 'uuid_ts', 'anonymous_id', 'user_id', 'group_id'])

/** The row that an identify of a known user, or a group call, is about; undefined for any other message. */
export function updateOf(
  message: CollectedMessage,
  seq: number,
  draft: SchemaDraft,
): RowUpdate | undefined {
  const { type, userId, groupId, messageId } = message
  const id = type === 'identify' ? userId : type === 'group' ? groupId : undefined
  if (typeof id !== 'string' || id === '') return undefined
  const table = type === 'identify' ? 'users' : 'accounts'
  draft.ensure(table)
  return {
    table,
    id,
    messageId,
    timestamp: Date.parse(message.timestamp),
    seq,
    receivedAt: message.receivedAt,
    traits: isObject(message.traits) ? traitUpdates(table, message.traits, messageId, draft) : [],
  }
}

function traitUpdates(
  table: RowUpdate['table'],
  traits: JsonObject,
  messageId: string,
  draft: SchemaDraft,
): TraitUpdate[] {
  const updates: TraitUpdate[] = []
  const seen = new Set<string>()
  for (const trait of Object.keys(traits)) {
    const cells: RawCell[] = []
    flatten({ [trait]: traits[trait] }, ({ column, value }) => {
      // Those that are reserved, or that two traits share, were reported with the row of the message.
      if (RESERVED.has(column) || seen.has(column)) return
      seen.add(column)
      const fitted = draft.fit(table, { column, value }, messageId)
      cells.push({ column, value: fitted ?? null })
    })
    updates.push({ trait: nameOf(trait), isObject: isObject(traits[trait]), cells })
  }
  // It may be made of its parts.
  if (seen.has('first_name') || seen.has('last_name')) {
    draft.fit(table, { column: 'name', value: '' }, messageId)
  }
  return updates
}

/**
 * The states of the rows after these updates, in any order: of each trait the newest value.
 *
 * @param states - Those that are known of the ids of the updates.
 * @returns New states, whose values are of the types that the columns will have.
 */
export function applyUpserts(
  states: readonly UpsertState[],
  updates: readonly RowUpdate[],
  draft: SchemaDraft,
): UpsertState[] {
  const byId = new Map<string, Map<string, UpsertCell>>()
  for (const { id, columns } of states) byId.set(id, new Map(columns))
  for (const update of updates) {
    let columns = byId.get(update.id)
    if (columns === undefined) byId.set(update.id, (columns = new Map<string, UpsertCell>()))
    applyUpdate(columns, update)
  }
  const table = updates[0]?.table ?? 'users'
  return [...byId].map(([id, columns]) => ({ id, columns: typed(columns, table, draft) }))
}

function applyUpdate(columns: Map<string, UpsertCell>, update: RowUpdate): void {
  set(columns, update, { column: 'received_at', value: update.receivedAt }, 'received_at')
  for (const { trait, isObject: isNested, cells } of update.traits) {
    // What a trait was before it was something else does not stay beside it.
    for (const [column, cell] of columns) {
      const isOther = isNested ? column === trait : column !== trait
      if (cell.trait === trait && isOther) set(columns, update, { column, value: null }, trait)
    }
    for (const cell of cells) set(columns, update, cell, trait)
  }
}

function set(
  columns: Map<string, UpsertCell>,
  { timestamp, seq }: RowUpdate,
  { column, value }: RawCell,
  trait: string,
): void {
  const before = columns.get(column)
  const isOlder =
    before !== undefined &&
    !isDerived(before) &&
    (before.timestamp > timestamp || (before.timestamp === timestamp && before.seq > seq))
  if (!isOlder) columns.set(column, { value, timestamp, seq, trait })
}

function typed(
  columns: Map<string, UpsertCell>,
  table: string,
  draft: SchemaDraft,
): Map<string, UpsertCell> {
  deriveName(columns)
  const result = new Map<string, UpsertCell>()
  for (const [column, cell] of columns) {
    const type = draft.typeOf(table, column)
    // A column that never had a value is not there.
    if (type !== undefined) result.set(column, { ...cell, value: converted(cell.value, type) })
  }
  return result
}

/** A name that was made of its parts is no trait: any name that is sent replaces it (Segment spec: Identify). */
function deriveName(columns: Map<string, UpsertCell>): void {
  const before = columns.get('name')
  if ((before?.value ?? null) !== null && before?.trait !== '') return
  const name = fullName((key) => columns.get(nameOf(key))?.value)
  if (name !== undefined) columns.set('name', { value: name, timestamp: 0, seq: 0, trait: '' })
}

function isDerived({ trait }: UpsertCell): boolean {
  return trait === ''
}
