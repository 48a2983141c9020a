// Messages and changes to fill a store with.
import type { Incoming, Outcome } from '../../../lib/messages/incoming.js'
import { takeIn } from '../../../lib/intake/take-in.js'
import type { CollectedMessage } from '../../../lib/messages/message.js'
import type { ProfileChanges } from '../../../lib/profiles/changes.js'
import type { Account, Mapping, Profile } from '../../../lib/profiles/profile.js'
import { rulesFrom, type RulesOption } from '../../../lib/profiles/rules.js'
import type { Store } from '../../../lib/store/store.js'

export const SPACE = 'web'
export const SOURCE = 'web'
export const START = Date.UTC(2026, 0, 31, 10)

/** A message that has what is not said: its id, its times, its type. */
export function message(
  fields: Partial<CollectedMessage> & { at?: number } = {},
): CollectedMessage {
  const { at = START, ...given } = fields
  const time = new Date(at).toISOString()
  count += 1
  return {
    type: 'track',
    messageId: `message-${count}`,
    receivedAt: time,
    timestamp: time,
    ...(given.type === undefined || given.type === 'track' ? { event: 'Signed Up' } : {}),
    ...given,
  }
}
let count = 0

export function incoming(
  fields: Parameters<typeof message>[0] = {},
  { space = SPACE, source = SOURCE }: { space?: string; source?: string } = {},
): Incoming {
  return { message: message(fields), space, source }
}

export function take(
  store: Store,
  messages: readonly (Parameters<typeof message>[0] | Incoming)[],
  rules?: RulesOption,
): Promise<Outcome[]> {
  const batch = messages.map((each) =>
    each !== undefined && 'message' in each ? (each as Incoming) : incoming(each as object),
  )
  return takeIn(store, rulesFrom(rules), batch)
}

export function mapping(type: string, value: string, seq = 1): Mapping {
  return {
    type,
    value,
    createdAt: new Date(START).toISOString(),
    firstMessageId: `message-of-${seq}`,
    source: SOURCE,
    seq,
  }
}

export function profile(id: string, fields: Partial<Profile> = {}): Profile {
  const time = new Date(START).toISOString()
  return {
    id: `use_${id.padEnd(27, '0')}`,
    space: SPACE,
    seq: 1,
    createdAt: time,
    updatedAt: time,
    firstMessageId: 'first',
    firstSource: SOURCE,
    lastMessageId: 'last',
    lastSource: SOURCE,
    mappings: [],
    traits: new Map(),
    merged: [],
    apart: [],
    ...fields,
  }
}

export function account(id: string, fields: Partial<Account> = {}): Account {
  const time = new Date(START).toISOString()
  return {
    id,
    space: SPACE,
    createdAt: time,
    updatedAt: time,
    firstMessageId: 'first',
    lastMessageId: 'last',
    traits: new Map(),
    ...fields,
  }
}

/** Nothing but what is said. */
export function changes(some: Partial<ProfileChanges> = {}): ProfileChanges {
  return {
    profiles: [],
    touched: [],
    added: [],
    merges: [],
    moved: [],
    accounts: [],
    ...some,
    logs: {
      id_graph_updates: [],
      external_id_mapping_updates: [],
      profile_traits_updates: [],
      violations: [],
      ...some.logs,
    },
  }
}

/** Saves new profiles with their identifiers. */
export function created(...profiles: Profile[]): ProfileChanges {
  return changes({
    profiles,
    added: profiles.flatMap(({ id, mappings }) =>
      mappings.map((each) => ({ profileId: id, mapping: each })),
    ),
  })
}

/** The rows of a table of a source, the oldest first, without what is not there. */
export async function rowsOf(store: Store, table: string): Promise<Record<string, unknown>[]> {
  const rows = await store.rows(table, { schema: SOURCE, limit: 10_000 })
  return rows
    .reverse()
    .map((row) => Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== null)))
}

/** The columns of a table of a source, by name. */
export async function columnsOf(store: Store, table: string): Promise<Record<string, string>> {
  const found = (await store.tables()).find(
    ({ name, schema }) => name === table && (schema === undefined || schema === SOURCE),
  )
  return Object.fromEntries(found?.columns ?? [])
}
