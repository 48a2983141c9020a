// Whatever names and values come: all are stored, and nothing is changed without a word.
import { expect } from 'chai'
import type { Cell, ColumnType } from '../../../lib/cells/cells.js'
import type { Store } from '../../../lib/store/store.js'
import { type Open, withStore } from '../conformance.js'
import { columnsOf, rowsOf, SOURCE, take } from './examples.js'

export function describeSchema(open: Open): void {
  describe('the schema', () => {
    it(
      'grows by 500 events of 50 properties each',
      withStore(open, async ({ store }) => {
        const messages = Array.from({ length: 500 }, (_, event) => ({
          userId: 'u1',
          event: `Event ${event}`,
          properties: Object.fromEntries(
            Array.from({ length: 50 }, (__, i) => [`property ${i}`, i % 2 === 0 ? i : `text ${i}`]),
          ),
        }))
        await take(store, messages)
        expect(await rowsOf(store, 'tracks')).to.have.length(500)
        const names = new Set((await store.tables()).map(({ name }) => name))
        for (let event = 0; event < 500; event++) expect(names).to.include(`event_${event}`)
        const [last] = await rowsOf(store, 'event_499')
        expect(last).to.include({ property_0: 0, property_49: 'text 49' })
        expect((await store.counts()).discards).to.deep.equal({})
      }),
    ).timeout(60_000)

    it(
      'takes any name',
      withStore(open, async ({ store }) => {
        const properties = {
          id: 'an id',
          select: 1,
          '"; drop table users; --': 'x',
          "it's": true,
          名前: 'Japanese',
          order: 'by',
          rowid: 5,
          _seq: 6,
          oid: 7,
          ctid: 8,
          ['A Very Long Name '.repeat(10)]: 1,
          ['A Very Long Name '.repeat(10) + 'too']: 2,
        }
        await take(store, [
          { messageId: 'm1', userId: 'u1', event: 'select', properties },
          { messageId: 'm2', userId: 'u1', event: '"; drop table users; --', properties },
          { messageId: 'm3', userId: 'u1', event: '注文', properties },
          { messageId: 'm4', userId: 'u1', event: 'Messages', properties },
          { messageId: 'm5', userId: 'u1', event: 'sqlite master', properties },
          { messageId: 'm6', userId: 'u1', event: 'Tracks', properties },
          { messageId: 'm7', userId: 'u1', event: 'People', properties },
        ])
        expect((await rowsOf(store, 'tracks')).map(({ id }) => id)).to.deep.equal(
          [1, 2, 3, 4, 5, 6, 7].map((i) => `m${i}`),
        )
        expect((await rowsOf(store, 'select'))[0]).to.include({
          id: 'm1',
          select: 1,
          rowid: 5,
          order: 'by',
        })
        expect((await rowsOf(store, 'event_messages'))[0]).to.include({ id: 'm4', oid: 7 })
        const [ofTracks] = await rowsOf(store, 'event_tracks')
        expect(ofTracks?.id).to.equal('m6')
        expect(Object.values(ofTracks ?? {})).to.include.members([1, 2, 5, 6, 7, 8, 'by'])
        expect(await store.messages({})).to.have.length(7)
        const long = Object.keys(await columnsOf(store, 'select')).filter((name) =>
          name.startsWith('a_very'),
        )
        expect(long).to.have.length(2)
      }),
    )

    it(
      'widens what a property becomes: integer, number, text',
      withStore(open, async ({ store, reopen }) => {
        const values = [
          1,
          -2,
          9007199254740991,
          1.5,
          0.1,
          1e21,
          1e-7,
          'text',
          { deep: 1 },
          true,
          null,
        ]
        for (const [i, value] of values.entries()) {
          await take(store, [
            { messageId: `m${i}`, userId: 'u1', event: 'Rated', properties: { value } },
          ])
        }
        const again = reopen ? await reopen() : store
        expect((await columnsOf(again, 'rated')).value).to.equal('text')
        const rows = await rowsOf(again, 'rated')
        expect(rows.map((row) => row.value ?? null)).to.deep.equal([
          '1',
          '-2',
          '9007199254740991',
          '1.5',
          '0.1',
          '1e+21',
          '1e-7',
          'text',
          null,
          'true',
          null,
        ])
        expect(rows[8]).to.include({ id: 'm8', value_deep: 1 })
      }),
    )

    for (const { from, to, given, expected } of WIDENINGS) {
      it(
        `widens ${from} to ${to} without loss, in rows and in users`,
        withStore(open, async ({ store, reopen }) => {
          await store.transaction(async (transaction) => {
            const columns = new Map<string, ColumnType>([
              ['id', 'text'],
              ['before', 'text'],
              ['value', from],
              ['after', 'integer'],
            ])
            await transaction.changeSchema(SOURCE, [
              { kind: 'create', table: 'things', columns },
              { kind: 'create', table: 'users', columns },
            ])
            const rows = given.map((value, i): Cell[] => [`m${i}`, 'b', value, i])
            const names = ['id', 'before', 'value', 'after']
            await transaction.insertRows(SOURCE, [{ table: 'things', columns: names, rows }])
            await transaction.upsert(
              SOURCE,
              'users',
              given.map((value, i) => state(`m${i}`, value)),
            )
          })
          const again = reopen ? await reopen() : store
          await again.transaction((transaction) =>
            transaction.changeSchema(
              SOURCE,
              ['things', 'users'].map((table) => ({
                kind: 'widen',
                table,
                column: 'value',
                from,
                to,
              })),
            ),
          )
          expect((await columnsOf(again, 'things')).value).to.equal(to)
          const shown = await again.rows('things', { schema: SOURCE, limit: 100 })
          expect(shown.reverse().map(({ value }) => value)).to.deep.equal(expected)
          expect(shown.map(({ before }) => before)).to.deep.equal(given.map(() => 'b'))
          const users = await again.rows('users', { schema: SOURCE, limit: 100 })
          expect(users.reverse().map(({ value }) => value)).to.deep.equal(expected)
          const states = await again.transaction((transaction) =>
            transaction.upsertStates(
              SOURCE,
              'users',
              given.map((_, i) => `m${i}`),
            ),
          )
          const byId = new Map(states.map(({ id, columns }) => [id, columns.get('value')?.value]))
          expect(given.map((_, i) => byId.get(`m${i}`))).to.deep.equal(expected)
        }),
      )
    }

    it(
      'keeps values of every type',
      withStore(open, async ({ store, reopen }) => {
        const columns = new Map<string, ColumnType>([
          ['id', 'text'],
          ['t', 'text'],
          ['i', 'integer'],
          ['n', 'number'],
          ['b', 'boolean'],
          ['d', 'timestamp'],
        ])
        const rows: Cell[][] = [
          ['m1', '', 0, 0.1, true, '2026-01-31T10:00:00.123Z'],
          ['m2', '042', -9007199254740991, 1e300, false, '1970-01-01T00:00:00.000Z'],
          ['m3', '1e5', 9007199254740991, 5, null, null],
          ['m4', "'; --", 1, -0.0000001, true, '9999-12-31T23:59:59.999Z'],
          ['m5', null, null, null, null, null],
        ]
        const names = [...columns.keys()]
        await store.transaction(async (transaction) => {
          await transaction.changeSchema(SOURCE, [{ kind: 'create', table: 'things', columns }])
          await transaction.insertRows(SOURCE, [{ table: 'things', columns: names, rows }])
        })
        const again = reopen ? await reopen() : store
        const found = await again.rows('things', { schema: SOURCE })
        expect(found.reverse().map((row) => names.map((name) => row[name]))).to.deep.equal(rows)
        expect(await columnsOf(again, 'things')).to.deep.equal(Object.fromEntries(columns))
      }),
    )

    it(
      'leaves rows as they were whose ids are there already',
      withStore(open, async ({ store }) => {
        const columns = new Map<string, ColumnType>([
          ['id', 'text'],
          ['n', 'integer'],
        ])
        const insert = (rows: Cell[][]) =>
          store.transaction((transaction) =>
            transaction.insertRows(SOURCE, [{ table: 'things', columns: ['id', 'n'], rows }]),
          )
        await store.transaction((transaction) =>
          transaction.changeSchema(SOURCE, [{ kind: 'create', table: 'things', columns }]),
        )
        await insert([
          ['a', 1],
          ['b', 2],
        ])
        await insert([
          ['b', 3],
          ['c', 4],
        ])
        expect((await rowsOf(store, 'things')).map(({ id, n }) => [id, n])).to.deep.equal([
          ['a', 1],
          ['b', 2],
          ['c', 4],
        ])
        expect(await rowCount(store, 'things')).to.equal(3)
      }),
    )

    it(
      'gives nothing of a table that is not there',
      withStore(open, async ({ store }) => {
        expect(await store.rows('no_such_table', {})).to.deep.equal([])
        expect(await store.rows('"; drop table messages; --', {})).to.deep.equal([])
      }),
    )
  })
}

const WIDENINGS: { from: ColumnType; to: ColumnType; given: Cell[]; expected: Cell[] }[] = [
  { from: 'integer', to: 'number', given: [1, null, -5], expected: [1, null, -5] },
  {
    from: 'integer',
    to: 'text',
    given: [1, null, 9007199254740991],
    expected: ['1', null, '9007199254740991'],
  },
  {
    from: 'number',
    to: 'text',
    given: [1.5, 0.1 + 0.2, 1e21, 5, null],
    expected: ['1.5', '0.30000000000000004', '1e+21', '5', null],
  },
  { from: 'boolean', to: 'text', given: [true, false, null], expected: ['true', 'false', null] },
  {
    from: 'timestamp',
    to: 'text',
    given: ['2026-01-31T10:00:00.120Z', null],
    expected: ['2026-01-31T10:00:00.120Z', null],
  },
]

function state(id: string, value: Cell) {
  const cell = { timestamp: 1, seq: 1 }
  return {
    id,
    rest: '',
    columns: new Map([
      ['before', { ...cell, value: 'b', trait: 'before' }],
      ['value', { ...cell, value, trait: 'value' }],
      ['after', { ...cell, value: 1, trait: 'after' }],
    ]),
  }
}

async function rowCount(store: Store, table: string): Promise<number | undefined> {
  return (await store.tables()).find(({ name }) => name === table)?.rows
}
