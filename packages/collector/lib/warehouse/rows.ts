// A message becomes rows (Segment: Warehouse Schemas).
import { type CollectedMessage, isObject, type JsonObject } from '../messages/message.js'
import type { SchemaDraft } from './draft.js'
import { flatten, flattenUnder, type RawCell } from './flatten.js'
import { nameOf } from './snake-case.js'
import { eventTable } from './tables.js'

/** Adds the rows of a message, less those of `users` and `accounts`, which are not a message's. */
export function addRows(message: CollectedMessage, draft: SchemaDraft): void {
  const cells = callCells(message)
  switch (message.type) {
    case 'track':
      addTrack(message, cells, draft)
      break
    case 'identify':
      addRow(message, { table: 'identifies', cells, values: message.traits }, draft)
      break
    case 'group':
      cells.push({ column: 'group_id', value: message.groupId ?? null })
      addRow(message, { table: 'groups', cells, values: message.traits }, draft)
      break
    case 'page':
    case 'screen':
      cells.push({ column: 'name', value: message.name ?? null })
      if (message.category != null) cells.push({ column: 'category', value: message.category })
      addRow(message, { table: `${message.type}s`, cells, values: message.properties }, draft)
      break
    case 'alias':
      cells.push({ column: 'previous_id', value: message.previousId ?? null })
      addRow(message, { table: 'aliases', cells, values: undefined }, draft)
      break
  }
}

function addTrack(message: CollectedMessage, cells: RawCell[], draft: SchemaDraft): void {
  const event = message.event ?? ''
  const table = eventTable(event)
  cells.push({ column: 'event', value: nameOf(event) }, { column: 'event_text', value: event })
  draft.addRow('tracks', message.messageId, cells)
  if (draft.hasRoomFor(table)) addRow(message, { table, cells, values: message.properties }, draft)
  else {
    const cell = { column: 'event', value: event }
    draft.discard(
      table,
      cell,
      'there are 500 tables of events: it is in tracks alone',
      message.messageId,
    )
  }
}

interface NewRow {
  readonly table: string
  readonly cells: readonly RawCell[]
  /** Traits or properties. */
  readonly values: unknown
}

function addRow(
  message: CollectedMessage,
  { table, cells, values }: NewRow,
  draft: SchemaDraft,
): void {
  if (!isObject(values)) {
    draft.addRow(table, message.messageId, cells)
    return
  }
  const all = [...cells]
  const own = new Set(cells.map(({ column }) => column))
  for (const column of RESERVED) own.add(column)
  own.delete('category')
  flatten(values, (cell) => {
    if (!own.has(cell.column)) all.push(cell)
    else if (!saysTheSame(cell, message, cells)) {
      draft.discard(table, cell, 'the column has a meaning of its own', message.messageId)
    }
  })
  draft.addRow(table, message.messageId, all)
}

/** Columns of every call, which no trait or property may take. */
const RESERVED = [
  'id',
  'anonymous_id',
  'user_id',
  'received_at',
  'sent_at',
  'timestamp',
  'original_timestamp',
  'uuid_ts',
]

/** A trait `id` that is the userId, or a property that repeats its column, is not lost. */
function saysTheSame(
  { column, value }: RawCell,
  { userId, groupId }: CollectedMessage,
  cells: readonly RawCell[],
): boolean {
  if (value === null) return true
  const text = String(value)
  if (column === 'id' && (text === userId || text === groupId)) return true
  return cells.some((cell) => cell.column === column && cell.value === value)
}

function callCells(message: CollectedMessage): RawCell[] {
  const cells: RawCell[] = [
    { column: 'id', value: message.messageId },
    { column: 'anonymous_id', value: message.anonymousId ?? null },
    { column: 'user_id', value: message.userId ?? null },
    { column: 'received_at', value: message.receivedAt },
    { column: 'sent_at', value: textOrNull(message.sentAt) },
    { column: 'timestamp', value: message.timestamp },
    { column: 'original_timestamp', value: textOrNull(message.originalTimestamp) },
  ]
  const context: JsonObject | null | undefined = message.context
  if (isObject(context)) flattenUnder('context', context, (cell) => cells.push(cell))
  return cells
}

/** It is whatever the client sent. */
function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
