// `users` and `accounts`: one row each, with the newest value of every trait.
import type { Cell } from '../cells/cells.js'
import type { CollectedMessage } from '../messages/message.js'
import type { SchemaDraft } from './draft.js'
import { type RawCell, rawCell } from './flatten.js'
import { fixedColumns } from './tables.js'
import type { TableDraft } from './table-draft.js'
import { plainText } from '../messages/plain-text.js'

/** PostgreSQL keeps no longer key in an index; Segment takes no longer groupId. */
const LONGEST_ID = 500

/** What a message says about a row of `users` or `accounts`. */
export interface RowUpdate {
  readonly table: 'users' | 'accounts'
  readonly id: string
  readonly messageId: string
  /** ms since 1970 */
  readonly timestamp: number
  readonly seq: number
  readonly receivedAt: string
  /** The columns of each trait; none if it was set to null. */
  readonly traits: ReadonlyMap<string, ReadonlyMap<string, Cell>>
}

/**
 * The row that an identify of a known user, or a group call, is about; undefined for any other message.
 *
 * @param traits - The cells of the message's traits.
 */
export function updateOf(
  message: CollectedMessage,
  seq: number,
  traits: readonly RawCell[],
  draft: SchemaDraft,
): RowUpdate | undefined {
  const { type, userId, groupId, messageId } = message
  const id = type === 'identify' ? userId : type === 'group' ? groupId : undefined
  if (typeof id !== 'string' || id === '') return undefined
  const name = type === 'identify' ? 'users' : 'accounts'
  const table = draft.table(name)
  if (id.length > LONGEST_ID) {
    const place = { table: name, column: 'id', messageId }
    draft.discards.add(place, id, 'an id of more than 500 characters has no row')
    return undefined
  }
  return {
    table: name,
    id: plainText(id),
    messageId,
    timestamp: Date.parse(message.timestamp),
    seq,
    receivedAt: message.receivedAt,
    traits: traitsOf(traits, type === 'identify' ? 'identifies' : 'groups', messageId, table),
  }
}

function traitsOf(
  cells: readonly RawCell[],
  rowTable: string,
  messageId: string,
  table: TableDraft,
): Map<string, Map<string, Cell>> {
  const reserved = fixedColumns(rowTable)
  const traits = new Map<string, Map<string, Cell>>()
  const seen = new Set<string>()
  for (const cell of cells) {
    const { column, root, value } = cell
    // Those that are reserved, or that two traits share, were reported with the row of the message.
    if (reserved.has(column)) continue
    let columns = traits.get(root)
    if (columns === undefined) traits.set(root, (columns = new Map<string, Cell>()))
    if (value === null || seen.has(column)) continue
    const fitted = table.fit(cell, messageId)
    if (fitted === null) continue
    seen.add(column)
    columns.set(column, fitted)
  }
  if (rowTable === 'identifies') makeRoomForName(traits, messageId, table)
  return traits
}

/** It may have to be made of its parts. */
function makeRoomForName(
  traits: ReadonlyMap<string, unknown>,
  messageId: string,
  table: TableDraft,
): void {
  const isConcerned = traits.has('first_name') || traits.has('last_name') || traits.has('name')
  const isPossible = table.typeOf('first_name') && table.typeOf('last_name')
  if (!isConcerned || !isPossible || table.typeOf('name') === 'timestamp') return
  table.fit(rawCell('name', ''), messageId)
}
