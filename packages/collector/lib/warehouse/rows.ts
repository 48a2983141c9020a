// A message becomes rows (Segment: Warehouse Schemas).
import { type CollectedMessage, isObject } from '../messages/message.js'
import type { SchemaDraft } from './draft.js'
import { flatten, flattenContext, type RawCell, rawCell } from './flatten.js'
import { nameOf } from '../messages/snake-case.js'
import { eventTable } from './tables.js'

/** Adds the rows of a message, less those of `users` and `accounts`, which are not a message's. */
export function addRows(message: CollectedMessage, draft: SchemaDraft): readonly RawCell[] {
  const { messageId } = message
  const { table, values, more } = kindOf(message)
  const call = [...callCells(message), ...more]
  const context = isObject(message.context) ? flattenContext(message.context) : []
  const own = isObject(values) ? flatten(values) : []
  if (message.type !== 'track') {
    draft.table(table).addRow({ messageId, call, context, own })
    return own
  }
  draft.table('tracks').addRow({ messageId, call, context, own: [] })
  const ofEvent = draft.eventTable(table)
  if (ofEvent !== undefined) ofEvent.addRow({ messageId, call, context, own })
  else {
    const place = { table, column: 'properties', messageId }
    draft.discards.add(place, message.properties ?? {}, 'there are too many tables of events')
  }
  return own
}

interface Kind {
  readonly table: string
  /** Traits or properties. */
  readonly values: unknown
  /** The columns that only this call has. */
  readonly more: readonly RawCell[]
}

function kindOf(message: CollectedMessage): Kind {
  const { traits, properties } = message
  switch (message.type) {
    case 'track': {
      const event = message.event ?? ''
      const more = [rawCell('event', nameOf(event)), rawCell('event_text', event)]
      return { table: eventTable(event), values: properties, more }
    }
    case 'identify':
      return { table: 'identifies', values: traits, more: [] }
    case 'group':
      return { table: 'groups', values: traits, more: [rawCell('group_id', message.groupId)] }
    case 'alias':
      return {
        table: 'aliases',
        values: traits,
        more: [rawCell('previous_id', message.previousId)],
      }
    default: {
      const more = [rawCell('name', message.name), rawCell('category', message.category)]
      return { table: `${message.type}s`, values: properties, more }
    }
  }
}

function callCells(message: CollectedMessage): RawCell[] {
  return [
    rawCell('id', message.messageId),
    rawCell('anonymous_id', message.anonymousId),
    rawCell('user_id', message.userId),
    rawCell('received_at', message.receivedAt),
    rawCell('sent_at', message.sentAt),
    rawCell('timestamp', message.timestamp),
    rawCell('original_timestamp', message.originalTimestamp),
  ]
}
