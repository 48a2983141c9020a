// One message, and what became of it: how it was resolved, and its rows.
import type { Cell } from '../../cells/cells.js'
import type { CollectedMessage } from '../../messages/message.js'
import type { LogName, LogRow } from '../../profiles/changes.js'
import { ownerIdsIn } from '../../profiles/moments.js'
import type { Identifier } from '../../profiles/profile.js'
import { reasonOfViolation } from '../../profiles/sentences.js'
import type { Store, StoredMessage, TableInfo } from '../../store/store.js'
import { foundOf, viewOf } from '../arrivals/found.js'
import type { Needs } from '../needs/needs.js'
import { profilesOf } from './moments.js'

/**
 * A step of resolving a message, in the order in which they were taken.
 *
 * - `promoted`: it brings this identifier
 * - `dropped`: the identifier was left out, by this rule; `conflictingProfileId` is the profile that has it
 * - `violated`: a rule that is about no single identifier
 * - `created`: it made this profile
 * - `merged`: a profile was merged into another
 * - `added`: the identifier was new to the profile
 * - `traits`: the traits that changed
 * - `resolved`: the profile that it belongs to now; null if nothing identified it
 */
export interface Step {
  readonly kind:
    'promoted' | 'dropped' | 'violated' | 'created' | 'merged' | 'added' | 'traits' | 'resolved'
  readonly type?: Cell
  readonly value?: Cell
  readonly rule?: Cell
  /** The type of which there would have been too many. */
  readonly limitedType?: Cell
  readonly conflictingProfileId?: Cell
  /** Why it was dropped, in plain English. */
  readonly reason?: string
  readonly profileId?: Cell
  readonly from?: Cell
  readonly into?: Cell
  readonly traits?: unknown
}

/** A row that a message became, or that it changed. */
export interface MessageRow {
  readonly schema: string | undefined
  readonly table: string
  readonly row: Readonly<Record<string, Cell>>
}

const MOST = 1000

/** Undefined if no store has such a message. */
export async function detailOf({ store, arrivals, promote, rules }: Needs, messageId: string) {
  const [stored] = await store.messages({ messageIds: [messageId], limit: 1 })
  if (stored === undefined) return undefined
  const log = (name: LogName) => store.log(name, { messageIds: [messageId], limit: MOST })
  const [graph, mappings, traits, violations] = await Promise.all([
    log('id_graph_updates'),
    log('external_id_mapping_updates'),
    log('profile_traits_updates'),
    log('violations'),
  ])
  const owners = await profilesOf(store, ownerIdsIn({ violations }))
  const reasonOf = (row: LogRow) =>
    reasonOfViolation(row, rules, owners.get(String(row.conflicting_segment_id)))
  const names = [...new Set(violations.map(({ name }) => String(name)))]
  return {
    ...viewOf(foundOf(stored, names, arrivals.planned.violationsOf(stored.message))),
    steps: stepsOf(stored, promote(stored.message), {
      graph,
      mappings,
      traits,
      violations,
      reasonOf,
    }),
    rows: await rowsOf(store, stored),
    discards: await discardsOf(store, messageId),
  }
}

interface Logs {
  readonly graph: readonly LogRow[]
  readonly mappings: readonly LogRow[]
  readonly traits: readonly LogRow[]
  readonly violations: readonly LogRow[]
  readonly reasonOf: (violation: LogRow) => string
}

function stepsOf(
  { profileId }: StoredMessage,
  promoted: { identifiers: readonly Identifier[]; blocked: readonly Identifier[] },
  logs: Logs,
): Step[] {
  const brought = [...promoted.identifiers, ...promoted.blocked]
  return [
    ...brought.map(({ type, value }): Step => ({ kind: 'promoted', type, value })),
    ...inOrder(logs.violations).map((row) => violationStep(row, logs.reasonOf(row))),
    ...inOrder(logs.graph).map((row): Step => {
      const [from, into] = [cell(row, 'segment_id'), cell(row, 'canonical_segment_id')]
      return from === into ? { kind: 'created', profileId: from } : { kind: 'merged', from, into }
    }),
    ...inOrder(logs.mappings).map((row): Step => ({
      kind: 'added',
      profileId: cell(row, 'segment_id'),
      type: cell(row, 'external_id_type'),
      value: cell(row, 'external_id_value'),
    })),
    ...inOrder(logs.traits).map((row): Step => ({
      kind: 'traits',
      profileId: cell(row, 'segment_id'),
      traits: parsed(cell(row, 'traits')),
    })),
    { kind: 'resolved', profileId: profileId ?? null },
  ]
}

function violationStep(row: LogRow, reason: string): Step {
  const rule = cell(row, 'name')
  const type = cell(row, 'external_id_type')
  if (type === null) return { kind: 'violated', rule }
  return {
    kind: 'dropped',
    type,
    value: cell(row, 'external_id_value'),
    rule,
    limitedType: cell(row, 'limited_type'),
    conflictingProfileId: cell(row, 'conflicting_segment_id'),
    reason,
  }
}

/** A log gives its newest rows first. */
function inOrder(rows: readonly LogRow[]): readonly LogRow[] {
  return rows.toReversed()
}

function cell(row: LogRow, column: string): Cell {
  return row[column] ?? null
}

function parsed(text: Cell): unknown {
  try {
    return JSON.parse(String(text)) as unknown
  } catch {
    return text
  }
}

/** The tables in which a call of each type becomes a row, and those that it updates (Segment: Warehouse Schemas). */
const TABLES: Readonly<Record<CollectedMessage['type'], string>> = {
  identify: 'identifies',
  track: 'tracks',
  page: 'pages',
  screen: 'screens',
  group: 'groups',
  alias: 'aliases',
}

async function rowsOf(store: Store, { message }: StoredMessage): Promise<MessageRow[]> {
  const tables = await store.tables()
  const { type, messageId, userId, groupId } = message
  const own = await rowsNamed(store, tables, TABLES[type], messageId)
  const found = [...own]
  for (const { schema, row } of own) {
    const inSchema = tables.filter((table) => table.schema === schema)
    const slug = row.event
    if (type === 'track' && typeof slug === 'string') {
      // An event whose name is that of another table has one with a prefix.
      for (const name of [slug, `event_${slug}`]) {
        if (name !== TABLES.track)
          found.push(...(await rowsNamed(store, inSchema, name, messageId)))
      }
    }
    const [table, id] = type === 'identify' ? ['users', userId] : ['accounts', groupId]
    const isUpdate = type === 'identify' || type === 'group'
    if (isUpdate && typeof id === 'string')
      found.push(...(await rowsNamed(store, inSchema, table, id)))
  }
  return found
}

async function rowsNamed(
  store: Store,
  tables: readonly TableInfo[],
  name: string,
  id: string,
): Promise<MessageRow[]> {
  const found: MessageRow[] = []
  for (const { name: table, schema, columns } of tables) {
    if (table !== name || !columns.has('id')) continue
    const place = schema === undefined ? {} : { schema }
    const where = { column: 'id', value: id }
    const rows = await store.rows(table, { ...place, where, limit: 1 })
    found.push(...rows.map((row) => ({ schema, table, row })))
  }
  return found
}

/** What of it could not be kept in a table as it was sent. */
function discardsOf(store: Store, messageId: string): Promise<Record<string, Cell>[]> {
  const where = { column: 'message_id', value: messageId }
  return store.rows('discards', { where, limit: MOST })
}
