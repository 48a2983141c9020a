// What holds for any messages: nothing is lost, and neither batches nor the order of arrival decide.
import { expect } from 'chai'
import fc from 'fast-check'
import type { Cell } from '../../lib/cells/cells.js'
import { type CollectedMessage, isObject, type JsonObject } from '../../lib/messages/message.js'
import { joined, nameOf } from '../../lib/messages/snake-case.js'
import { eventTable } from '../../lib/warehouse/tables.js'
import { type Row, TablesModel } from './tables-model.js'

/** Few, so that they meet: in one column, in one trait, in a column of the call. */
const keys = fc.constantFrom(
  ...['plan', 'Plan', 'firstName', 'first_name', 'lastName', 'name', 'address', 'address_city'],
  ...['city', 'id', 'user_id', '__proto__', 'createdAt', '価格', '', 'x'.repeat(70)],
)
const times = fc.constantFrom(
  ...['2026-01-01T00:00:00Z', '2026-01-01T01:02:03.004+02:00', '2026-01-01', '2026-01-01T00:00:00'],
  ...['2026-01-01T00:00:00.123456Z', '2026-13-01T00:00:00Z', '0000-01-01T00:00:00Z'],
)
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom('', 'a\0b', '\ud800', '5', 'true', 'null'),
)
const numbers = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0.5, -0, 2 ** 53, 2 ** 53 - 1, 1e21, 1e-7, Infinity, -1e300),
)
const { values } = fc.letrec<{ values: unknown; object: JsonObject }>((tie) => ({
  values: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    numbers,
    texts,
    times,
    tie('object'),
    fc.array(fc.oneof(numbers, texts, tie('object')), { maxLength: 2 }),
  ),
  object: fc.array(fc.tuple(keys, tie('values')), { maxLength: 4 }).map(toObject),
}))
const objects = fc.array(fc.tuple(keys, values), { maxLength: 6 }).map(toObject)

/** A key __proto__ is one of the object's own, as it is after JSON.parse. */
function toObject(entries: [string, unknown][]): JsonObject {
  return Object.fromEntries(entries)
}

const drafts = fc.record({
  type: fc.constantFrom('identify', 'track', 'group', 'page'),
  userId: fc.constantFrom('u1', 'u2', null),
  event: fc.constantFrom('Signed Up', 'signed_up', 'Users', '注文完了'),
  name: fc.option(fc.constantFrom('Home', 'x')),
  /** Minutes after the first. */
  minute: fc.nat(5),
  own: fc.option(objects, { freq: 9 }),
  context: objects,
})
type Draft = typeof drafts extends fc.Arbitrary<infer T> ? T : never

function toMessage(draft: Draft, number: number): CollectedMessage {
  const { type, userId, event, name, minute, own, context } = draft
  const isCall = type === 'identify' || type === 'group'
  return {
    type,
    messageId: `m${number}`,
    receivedAt: '2026-03-01T12:00:00.000Z',
    timestamp: new Date(1_770_000_000_000 + minute * 60_000).toISOString(),
    anonymousId: 'a1',
    userId,
    context,
    ...(type === 'track' ? { event } : {}),
    ...(type === 'page' ? { name } : {}),
    ...(type === 'group' ? { groupId: 'g1' } : {}),
    ...(isCall ? { traits: own } : { properties: own }),
  }
}

function tablesOf(message: CollectedMessage): { all: string[]; own: string[] } {
  switch (message.type) {
    case 'track': {
      const table = eventTable(message.event!)
      return { all: ['tracks', table], own: [table] }
    }
    case 'identify':
      return { all: ['identifies'], own: ['identifies'] }
    default:
      return { all: [`${message.type}s`], own: [`${message.type}s`] }
  }
}

/** Every value that is neither null nor an object, and its column. */
function leaves(object: unknown, prefix: string, depth = 0): [string, Exclude<Cell, null>][] {
  if (!isObject(object)) return []
  return Object.entries(object).flatMap(([key, value]) => {
    const column = prefix === '' ? nameOf(key) : joined(prefix, nameOf(key))
    if (value === null) return []
    if (isObject(value) && depth < 16) return leaves(value, column, depth + 1)
    return [[column, typeof value === 'object' ? textOf(value) : value]] as [string, string][]
  })
}

function textOf(array: object): string {
  return JSON.stringify(array, (_key, value: unknown) => (value === Infinity ? 'Infinity' : value))
}

/** Whether the cell says what the value said. */
function isKept(cell: Cell | undefined, value: Exclude<Cell, null>, type: string | undefined) {
  if (cell === undefined || cell === null) return false
  if (type === 'text') return cell === String(value)
  if (type !== 'timestamp') return cell === value || (cell === 0 && value === 0)
  const exact = /T.*(?:Z|[+-]\d\d:\d\d)$/.test(String(value)) && !/\.\d{4}/.test(String(value))
  return exact && Date.parse(String(cell)) === Date.parse(String(value))
}

function expectNothingLost(message: CollectedMessage, tables: TablesModel): void {
  const { all, own } = tablesOf(message)
  const check = (table: string, [column, value]: [string, Exclude<Cell, null>]) => {
    const row = tables.row(table, message.messageId)
    if (isKept(row?.[column], value, tables.typeOf(table, column))) return
    // A trait id that is the userId stands there.
    if (column === 'id' && [message.userId, message.groupId].includes(String(value))) return
    const shown = typeof value === 'number' ? String(value) : JSON.stringify(value)
    const found = tables.discards.some(
      (discard) =>
        discard.table === table &&
        discard.column === column &&
        discard.messageId === message.messageId &&
        discard.value === shown,
    )
    if (!found) expect.fail(`${table}.${column} has lost ${shown} of ${JSON.stringify(message)}`)
  }
  for (const table of all) {
    for (const leaf of leaves(message.context, 'context')) check(table, leaf)
    check(table, ['id', message.messageId])
    check(table, ['timestamp', message.timestamp])
    if (message.userId != null) check(table, ['user_id', message.userId])
  }
  for (const table of own) {
    for (const leaf of leaves(message.traits ?? message.properties, '')) check(table, leaf)
  }
}

function contentsOf(tables: TablesModel): Record<string, { types: unknown; rows: Row[] }> {
  return Object.fromEntries(
    tables
      .tables()
      .map((table) => [
        table,
        { types: [...tables.types.get(table)!].sort(), rows: tables.rows(table) },
      ]),
  )
}

describe('of any messages', () => {
  const histories = fc
    .array(drafts, { minLength: 1, maxLength: 12 })
    .map((all) => all.map(toMessage))

  it('each value is in a cell or in a discard', () => {
    fc.assert(
      fc.property(histories, (messages) => {
        const tables = new TablesModel().take(...messages)
        for (const message of messages) expectNothingLost(message, tables)
      }),
      { numRuns: 500 },
    )
  })

  it('the tables are the same whether they come as one batch or one by one', () => {
    fc.assert(
      fc.property(histories, (messages) => {
        const whole = new TablesModel().take(...messages)
        const single = new TablesModel()
        for (const message of messages) single.take(message)
        expect(contentsOf(single)).to.deep.equal(contentsOf(whole))
        const sorted = (tables: TablesModel) =>
          tables.discards.map((discard) => JSON.stringify(discard)).sort()
        expect(sorted(single)).to.deep.equal(sorted(whole))
      }),
      { numRuns: 500 },
    )
  })

  it('users and accounts are the same in whichever order they arrive, if no two happened at once', () => {
    const moments = histories.map((messages) =>
      messages.map((message, i) => ({
        ...message,
        timestamp: new Date(1_770_000_000_000 + i * 60_000).toISOString(),
        receivedAt: new Date(1_770_000_000_000 + i * 60_000).toISOString(),
        traits: withoutTimes(message.traits),
      })),
    )
    fc.assert(
      fc.property(
        moments.chain((messages) =>
          fc.tuple(
            fc.constant(messages),
            fc.shuffledSubarray(messages, { minLength: messages.length }),
          ),
        ),
        ([messages, shuffled]) => {
          const ordered = new TablesModel()
          for (const message of messages) ordered.take(message)
          const other = new TablesModel()
          for (const message of shuffled) other.take(message)
          for (const table of ['users', 'accounts']) {
            const sorted = (rows: Row[]) =>
              rows.sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
            expect(sorted(other.rows(table))).to.deep.equal(sorted(ordered.rows(table)))
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

/** Whether a column is of timestamps is decided by its first value, in whichever order they arrive. */
function withoutTimes(value: unknown): never {
  if (typeof value === 'string' && value.includes('T0')) return 'a time' as never
  if (Array.isArray(value)) return value.map(withoutTimes) as never
  if (!isObject(value)) return value as never
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutTimes(item)]),
  ) as never
}
