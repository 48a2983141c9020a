// The tables of the sources (Segment: Warehouse Schemas).
import { expect } from 'chai'
import { type Open, withStore } from '../conformance.js'
import { columnsOf, rowsOf, SPACE, START, take } from './examples.js'

const NEWSLETTER = {
  messageId: 'newsletter',
  type: 'identify',
  anonymousId: 'a1',
  traits: { firstName: 'Jane', lastName: 'Doe', email: 'jane@example.com' },
} as const

export function describeTables(open: Open): void {
  describe('tables', () => {
    it(
      'give the rows that have a value',
      withStore(open, async ({ store }) => {
        await take(store, [
          { type: 'identify', userId: 'u1', traits: { plan: 'basic' } },
          { type: 'identify', userId: 'u2', traits: { plan: 'basic' } },
          {
            messageId: 'odd',
            type: 'track',
            userId: 'u2',
            event: 'Odd',
            properties: { user_id: 1 },
          },
        ])
        const found = async (table: string, column: string, value: string) => {
          const infos = await store.tables()
          const schema = infos.find(({ name }) => name === table)?.schema
          const place = schema === undefined ? {} : { schema }
          return await store.rows(table, { ...place, where: { column, value } })
        }
        expect((await found('users', 'id', 'u1')).map(({ id }) => id)).to.deep.equal(['u1'])
        expect(await found('users', 'plan', 'basic')).to.have.length(2)
        expect(await found('users', 'plan', 'free')).to.deep.equal([])
        expect(await found('users', 'none', 'basic')).to.deep.equal([])
        expect(await found('discards', 'message_id', 'odd')).to.have.length(1)
        expect(await found('discards', 'message_id', 'none')).to.deep.equal([])
        expect(await found('identifiers', 'value', 'u2')).to.have.length(1)
        expect(
          await found('external_id_mapping_updates', 'external_id_value', 'u2'),
        ).to.have.length(1)
      }),
    )

    it(
      'have of an event what its own row has, even if its row in tracks has something else',
      withStore(open, async ({ store }) => {
        const order = { type: 'track', event: 'Order Completed' } as const
        await take(store, [
          {
            ...order,
            userId: 'u1',
            context: { ip: '10.0.0.1', level: 1 },
            properties: { total: 5 },
          },
          { ...order, userId: 'u2', properties: { context_ip: '10.0.0.2', context_level: 'high' } },
          { ...order, anonymousId: 'a3', context: { ip: '10.0.0.3' } },
          { type: 'track', event: 'Other', userId: 'u4', context: { level: 'low' } },
        ])
        const shown = async (table: string) =>
          (await rowsOf(store, table)).map((row) => [
            row.user_id ?? null,
            row.context_ip ?? null,
            row.context_level ?? null,
            row.total ?? null,
          ])
        expect(await shown('order_completed')).to.deep.equal([
          ['u1', '10.0.0.1', '1', 5],
          ['u2', '10.0.0.2', 'high', null],
          [null, '10.0.0.3', null, null],
        ])
        expect(await shown('tracks')).to.deep.equal([
          ['u1', '10.0.0.1', '1', null],
          ['u2', null, null, null],
          [null, '10.0.0.3', null, null],
          ['u4', null, 'low', null],
        ])
      }),
    )

    it(
      'leave a row that is there already as it was',
      withStore(open, async ({ store }) => {
        const columns = ['id', 'user_id']
        const add = (rows: string[][]) =>
          store.transaction(async (transaction) => {
            const text = new Map([['id', 'text'] as const, ['user_id', 'text'] as const])
            const known = await transaction.schema('web')
            const missing = ['tracks', 'clicked'].filter((table) => !known.has(table))
            await transaction.changeSchema(
              'web',
              missing.map((table) => ({ kind: 'create' as const, table, columns: text })),
            )
            await transaction.insertRows('web', [
              { table: 'tracks', columns, rows },
              { table: 'clicked', columns, rows },
            ])
          })
        await take(store, [
          { messageId: 'm1', type: 'page', userId: 'u1' },
          { messageId: 'm2', type: 'page', userId: 'u1' },
        ])
        await add([['m1', 'before']])
        await add([
          ['m1', 'after'],
          ['m2', 'new'],
        ])
        for (const table of ['tracks', 'clicked']) {
          const rows = await rowsOf(store, table)
          expect(rows.map((row) => [row.id, row.user_id])).to.deep.equal([
            ['m1', 'before'],
            ['m2', 'new'],
          ])
        }
      }),
    )

    it(
      'have a row of an anonymous identify, and no user',
      withStore(open, async ({ store }) => {
        await take(store, [NEWSLETTER])
        expect(await rowsOf(store, 'users')).to.deep.equal([])
        const [row, ...others] = await rowsOf(store, 'identifies')
        expect(others).to.deep.equal([])
        expect(row).to.include({
          id: 'newsletter',
          anonymous_id: 'a1',
          first_name: 'Jane',
          last_name: 'Doe',
          email: 'jane@example.com',
        })
        expect(row).not.to.have.property('user_id')
      }),
    )

    it(
      'have one row of a user, with nested traits flat and no anonymous id',
      withStore(open, async ({ store }) => {
        await take(store, [
          NEWSLETTER,
          {
            type: 'identify',
            userId: '123abc',
            anonymousId: 'a1',
            traits: {
              firstName: 'Jane',
              lastName: 'Doe',
              address: { street: '123 Park Ave', postalCode: '10017', city: 'New York' },
            },
          },
        ])
        expect(await rowsOf(store, 'identifies')).to.have.length(2)
        const [user, ...others] = await rowsOf(store, 'users')
        expect(others).to.deep.equal([])
        expect(user).to.include({
          id: '123abc',
          first_name: 'Jane',
          address_street: '123 Park Ave',
          address_postal_code: '10017',
          address_city: 'New York',
          // It was made of its parts.
          name: 'Jane Doe',
        })
        expect(Object.keys(await columnsOf(store, 'users'))).not.to.include('anonymous_id')
      }),
    )

    it(
      'have one column of a trait, however its name is written',
      withStore(open, async ({ store }) => {
        await take(store, [
          { type: 'identify', userId: 'u1', traits: { firstName: 'Jane' } },
          { type: 'identify', userId: 'u2', traits: { first_name: 'Joe' } },
        ])
        expect((await rowsOf(store, 'users')).map((row) => row.first_name)).to.deep.equal([
          'Jane',
          'Joe',
        ])
        const names = Object.keys(await columnsOf(store, 'identifies'))
        expect(names.filter((name) => /first/i.test(name))).to.deep.equal(['first_name'])
      }),
    )

    it(
      'name a person whose name came in parts, in the profile as well',
      withStore(open, async ({ store }) => {
        await take(store, [
          { type: 'identify', userId: 'u1', traits: { firstName: 'Jane', lastName: 'Doe' } },
        ])
        expect((await rowsOf(store, 'users'))[0]?.name).to.equal('Jane Doe')
        const { traitsOf } = await import('../../../lib/profiles/traits.js')
        const profile = await store.profileOf(SPACE, { type: 'user_id', value: 'u1' })
        expect(profile && traitsOf(profile)).to.include({ name: 'Jane Doe' })
      }),
    )

    it(
      'keep every identify, and of a user the newest of each trait',
      withStore(open, async ({ store }) => {
        await take(store, [
          { type: 'identify', userId: 'u1', traits: { plan: 'basic', city: 'Bern' }, at: START },
        ])
        await take(store, [
          { type: 'identify', userId: 'u1', traits: { plan: 'premium' }, at: START + 1000 },
        ])
        expect((await rowsOf(store, 'identifies')).map(({ plan }) => plan)).to.deep.equal([
          'basic',
          'premium',
        ])
        const users = await rowsOf(store, 'users')
        expect(users).to.have.length(1)
        expect(users[0]).to.include({ plan: 'premium', city: 'Bern' })
      }),
    )

    it(
      'do not let an old message win over a newer one',
      withStore(open, async ({ store }) => {
        await take(store, [
          { type: 'identify', userId: 'u1', traits: { plan: 'premium' }, at: START },
          {
            type: 'identify',
            userId: 'u1',
            traits: { plan: 'basic', city: 'Bern' },
            timestamp: '2014-01-01T00:00:00.000Z',
          },
        ])
        expect((await rowsOf(store, 'users'))[0]).to.include({ plan: 'premium', city: 'Bern' })
        await take(store, [
          {
            type: 'group',
            userId: 'u1',
            groupId: 'g1',
            traits: { plan: 'enterprise' },
            at: START,
          },
          {
            type: 'group',
            userId: 'u1',
            groupId: 'g1',
            traits: { plan: 'startup', employees: 5 },
            timestamp: '2014-01-01T00:00:00.000Z',
          },
        ])
        expect((await rowsOf(store, 'accounts'))[0]).to.include({
          id: 'g1',
          plan: 'enterprise',
          employees: 5,
        })
        expect(await rowsOf(store, 'groups')).to.have.length(2)
      }),
    )

    it(
      'clear what a trait of null removes, and keep an empty text',
      withStore(open, async ({ store }) => {
        await take(store, [
          { type: 'identify', userId: 'u1', traits: { plan: 'pro', note: 'x' }, at: START },
          { type: 'identify', userId: 'u1', traits: { plan: null, note: '' }, at: START + 1 },
        ])
        const [user] = await rowsOf(store, 'users')
        expect(user).not.to.have.property('plan')
        expect(user).to.include({ note: '' })
      }),
    )

    it(
      'have visitors in pages and tracks alone',
      withStore(open, async ({ store }) => {
        await take(store, [
          { type: 'page', anonymousId: 'a1', name: 'Home', properties: { path: '/' } },
          { type: 'screen', anonymousId: 'a1', name: 'Start' },
          { anonymousId: 'a1', event: 'Signed Up' },
        ])
        expect(await rowsOf(store, 'pages')).to.have.length(1)
        expect((await rowsOf(store, 'pages'))[0]).to.include({ name: 'Home', path: '/' })
        expect(await rowsOf(store, 'screens')).to.have.length(1)
        expect(await rowsOf(store, 'tracks')).to.have.length(1)
        expect(await rowsOf(store, 'identifies')).to.deep.equal([])
        expect(await rowsOf(store, 'users')).to.deep.equal([])
      }),
    )

    it(
      'have a table of each event, with its properties',
      withStore(open, async ({ store }) => {
        await take(store, [
          {
            messageId: 'm1',
            userId: 'u1',
            event: 'Signed Up',
            properties: { plan: 'pro', user_id: 'not this', list: [1, 'a'], nested: { deep: 1.5 } },
            context: { app: { version: '1.2' }, library: { name: 'x' } },
          },
        ])
        const [track] = await rowsOf(store, 'tracks')
        expect(track).to.include({ event: 'signed_up', event_text: 'Signed Up' })
        expect(track).not.to.have.property('plan')
        const [row] = await rowsOf(store, 'signed_up')
        expect(row).to.include({
          id: 'm1',
          user_id: 'u1',
          plan: 'pro',
          nested_deep: 1.5,
          context_app_version: '1.2',
        })
        expect(row?.list).to.equal('[1,"a"]')
        const [discard] = await rowsOf(store, 'discards')
        expect(discard).to.include({ message_id: 'm1', column: 'user_id' })
        expect(Object.keys((await store.counts()).discards)).to.have.length(1)
      }),
    )

    it(
      'keep text whole, or cut it as Segment does, with a word',
      withStore(open, async ({ store }) => {
        const text = 'x'.repeat(600)
        await take(store, [{ userId: 'u1', event: 'Said', properties: { text } }])
        expect((await rowsOf(store, 'said'))[0]?.text).to.equal(text)
        expect(await rowsOf(store, 'discards')).to.deep.equal([])
        await take(store, [{ userId: 'u1', event: 'Cut', properties: { text } }], 'segment')
        expect((await rowsOf(store, 'cut'))[0]?.text).to.equal('x'.repeat(512))
        expect((await rowsOf(store, 'discards')).length).to.be.at.least(1)
      }),
    )

    it(
      'have groups, and accounts of them',
      withStore(open, async ({ store }) => {
        await take(store, [
          { type: 'group', userId: 'u1', groupId: 'g1', traits: { name: 'Initech', size: 5 } },
          { type: 'group', userId: 'u2', groupId: 'g1', traits: { size: 6 }, at: START + 1 },
          { type: 'alias', userId: 'u2', previousId: 'a2' },
        ])
        expect((await rowsOf(store, 'groups')).map((row) => row.group_id)).to.deep.equal([
          'g1',
          'g1',
        ])
        const accounts = await rowsOf(store, 'accounts')
        expect(accounts).to.have.length(1)
        expect(accounts[0]).to.include({ id: 'g1', name: 'Initech', size: 6 })
        expect((await rowsOf(store, 'aliases'))[0]).to.include({ user_id: 'u2', previous_id: 'a2' })
      }),
    )

    it(
      'deliver a reserved trait of a wrong type, too',
      withStore(open, async ({ store }) => {
        await take(store, [
          { type: 'identify', userId: 'u1', traits: { email: 42, createdAt: 'yesterday' } },
        ])
        const [row] = await rowsOf(store, 'identifies')
        expect(row).to.include({ email: 42, created_at: 'yesterday' })
      }),
    )

    it(
      'have the same rows, whole or one message at a time',
      withStore(open, async ({ store }) => {
        const messages = everyKind()
        await take(store, messages)
        const whole = await contents(store)
        const { store: other, close } = await open()
        try {
          for (const each of messages) await take(other, [each])
          expect(await contents(other)).to.deep.equal(whole)
        } finally {
          await close()
        }
      }),
    )
  })
}

function everyKind(): Parameters<typeof take>[1] {
  return Array.from({ length: 60 }, (_, i) => {
    const ids = { messageId: `m${i}`, userId: `u${i % 4}`, anonymousId: `a${i % 7}` }
    const at = START + ((i * 7) % 60) * 1000
    const value = [i, i + 0.5, `text ${i}`, i % 2 === 0, { n: i }][i % 5]
    if (i % 3 === 0) return { ...ids, at, type: 'identify', traits: { value, [`t${i % 6}`]: i } }
    if (i % 3 === 1) return { ...ids, at, event: `Event ${i % 2}`, properties: { value } }
    return { ...ids, at, type: 'group', groupId: `g${i % 2}`, traits: { value } }
  })
}

async function contents(store: Parameters<typeof rowsOf>[0]): Promise<unknown> {
  const tables = (await store.tables())
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, columns, rows }) => ({
      name,
      rows,
      columns: Object.fromEntries([...columns].sort(([a], [b]) => (a < b ? -1 : 1))),
    }))
  const names = ['users', 'accounts', 'identifies', 'groups', 'tracks', 'event_0', 'event_1']
  const rows = await Promise.all(names.map((name) => rowsOf(store, name)))
  const profiles = await store.profiles({ limit: 1000 })
  return { tables, rows, profiles }
}
