// Rows of users and accounts: of every trait what was said last, in whatever order it arrives.
import { expect } from 'chai'
import type { CollectedMessage, JsonObject } from '../../lib/messages/message.js'
import { message, type Row, TablesModel } from './tables-model.js'

const day = (number: number) => `2026-03-${String(number).padStart(2, '0')}T00:00:00.000Z`

function said(number: number, traits: JsonObject): CollectedMessage {
  return message({
    type: 'identify',
    messageId: `d${number}`,
    userId: 'u1',
    timestamp: day(number),
    receivedAt: day(number),
    traits,
  })
}

/** The row of u1 after these messages, taken in one by one; the same if they are one batch. */
function user(...messages: CollectedMessage[]): Row {
  const whole = new TablesModel().take(...messages)
  const tables = new TablesModel()
  for (const each of messages) tables.take(each)
  expect(tables.rows('users')).to.deep.equal(whole.rows('users'))
  const { id, received_at, ...traits } = tables.row('users', 'u1')!
  expect(id).to.equal('u1')
  expect(received_at).to.be.a('string')
  return traits
}

describe('a row of users', () => {
  it('keeps what is newer than a backfilled message', () => {
    expect(
      user(said(9, { plan: 'premium' }), said(1, { plan: 'basic', city: 'Bonn' })),
    ).to.deep.equal({
      plan: 'premium',
      city: 'Bonn',
    })
  })

  it('has the time at which the newest message arrived', () => {
    const tables = new TablesModel().take(said(9, {})).take(said(1, {}))
    expect(tables.row('users', 'u1')?.received_at).to.equal(day(9))
  })

  it('decides between equal times by the order of arrival', () => {
    expect(
      user(said(1, { plan: 'a' }), { ...said(1, { plan: 'b' }), messageId: 'x' }).plan,
    ).to.equal('b')
  })

  it('loses a trait that is set to null, and keeps an empty text', () => {
    expect(
      user(said(1, { plan: 'a', city: 'Bonn' }), said(2, { plan: null, city: '' })),
    ).to.deep.equal({
      city: '',
    })
  })

  it('does not get back a trait that was set to null later, even one that had no column yet', () => {
    expect(user(said(2, { plan: null }), said(1, { plan: 'a' }))).to.deep.equal({})
    expect(
      user(said(2, { plan: null }), said(1, { plan: 'a' }), said(3, { plan: 'b' })),
    ).to.deep.equal({
      plan: 'b',
    })
  })

  const address = { street: '1 Main St', city: 'Bonn', geo: { lat: 1.5 } }

  for (const [name, next, row] of [
    ['null', null, {}],
    ['a text', 'Bonn', { address: 'Bonn' }],
    ['an object with fewer keys', { city: 'Ulm' }, { address_city: 'Ulm' }],
    ['an empty object', {}, {}],
    ['an array', ['Bonn'], { address: '["Bonn"]' }],
  ] as [string, unknown, Row][]) {
    it(`has no more of an object that became ${name}`, () => {
      expect(user(said(1, { address }), said(2, { address: next }))).to.deep.equal(row)
      expect(user(said(2, { address: next }), said(1, { address }))).to.deep.equal(row)
    })
  }

  it('has an object in the place of a text', () => {
    expect(user(said(1, { address: 'Bonn' }), said(2, { address: { city: 'Ulm' } }))).to.deep.equal(
      {
        address_city: 'Ulm',
      },
    )
  })

  it('shows the newest of two traits that share a column, and the other when that is gone', () => {
    const [old, flat, gone] = [
      said(1, { address: { city: 'Bonn' } }),
      said(2, { address_city: 'Ulm' }),
      said(3, { address_city: null }),
    ]
    expect(user(old, flat)).to.deep.equal({ address_city: 'Ulm' })
    expect(user(flat, old)).to.deep.equal({ address_city: 'Ulm' })
    expect(user(old, flat, gone)).to.deep.equal({ address_city: 'Bonn' })
    expect(user(gone, flat, old)).to.deep.equal({ address_city: 'Bonn' })
    const later = { ...said(2, { address: { city: 'Bonn' } }), messageId: 'later' }
    const last = { ...said(2, { plan: 'a' }), messageId: 'last' }
    expect(user(flat, later, last)).to.deep.equal({ address_city: 'Bonn', plan: 'a' })
  })

  it('widens its columns as other tables do', () => {
    const tables = new TablesModel()
      .take(said(1, { size: 5 }))
      .take({ ...said(2, { size: 'large' }), userId: 'u2' })
    expect(tables.typeOf('users', 'size')).to.equal('text')
    expect(tables.rows('users').map(({ size }) => size)).to.deep.equal(['5', 'large'])
  })

  it('has no value that its column does not hold', () => {
    const tables = new TablesModel()
      .take(said(1, { joined: '2026-01-01T00:00:00Z' }))
      .take({ ...said(2, { joined: 'yesterday' }), userId: 'u2' })
    expect(tables.row('users', 'u2')).not.to.have.property('joined')
    expect(tables.discards.map(({ table }) => table)).to.deep.equal(['identifies', 'users'])
  })

  it('is not there for an id of more than 500 characters', () => {
    const tables = new TablesModel().take({ ...said(1, { a: 1 }), userId: 'x'.repeat(501) })
    expect(tables.rows('users')).to.deep.equal([])
    expect(tables.discards).to.have.length(1)
    expect(tables.discards[0]).to.include({
      table: 'users',
      column: 'id',
      reason: 'an id of more than 500 characters has no row',
    })
  })

  it('has more traits than a row of 8 KiB only beside it: each that is left out is discarded', () => {
    const traits = (from: number) =>
      Object.fromEntries(
        Array.from({ length: 250 }, (_, i) => [`trait${from + i}`, `a text of ${'x'.repeat(20)}`]),
      )
    const tables = new TablesModel().take(said(1, traits(0))).take(said(2, traits(250)))
    const shown = Object.keys(tables.row('users', 'u1')!).length - 2
    expect(shown).to.be.within(320, 325)
    const lost = tables.discards.filter(({ table }) => table === 'users')
    expect(lost).to.have.length(500 - shown)
    expect(lost[0]).to.include({ reason: 'the row is too wide', messageId: 'd2' })
    // Room is made by what goes.
    const emptied = Object.fromEntries(Object.keys(traits(0)).map((key) => [key, null]))
    tables.take(said(3, emptied))
    expect(Object.keys(tables.row('users', 'u1')!).length - 2).to.equal(250)
  })

  it('of 450 short traits has them all', () => {
    const traits = Object.fromEntries(Array.from({ length: 450 }, (_, i) => [`trait${i}`, `v${i}`]))
    expect(Object.keys(user(said(1, traits)))).to.have.length(450)
  })
})

describe('the name of a user', () => {
  it('is made of its parts', () => {
    expect(user(said(1, { firstName: 'Jane', lastName: 'Doe' })).name).to.equal('Jane Doe')
    expect(user(said(1, { first_name: 'Jane' }), said(2, { lastName: 'Doe' })).name).to.equal(
      'Jane Doe',
    )
    expect(user(said(2, { lastName: 'Doe' }), said(1, { firstName: 'Jane' })).name).to.equal(
      'Jane Doe',
    )
  })

  it('that is sent counts, older or newer', () => {
    const parts = { firstName: 'Jane', lastName: 'Doe' }
    expect(user(said(1, { name: 'JD' }), said(2, parts)).name).to.equal('JD')
    expect(user(said(2, parts), said(1, { name: 'JD' })).name).to.equal('JD')
    expect(user(said(1, { ...parts, name: '' })).name).to.equal('')
  })

  it('follows its parts, and goes with them', () => {
    const parts = said(1, { firstName: 'Jane', lastName: 'Doe' })
    expect(user(parts, said(2, { lastName: 'Roe' })).name).to.equal('Jane Roe')
    expect(user(parts, said(2, { lastName: null }))).to.deep.equal({ first_name: 'Jane' })
    expect(user(parts, said(2, { name: 'JD' }), said(3, { name: null })).name).to.equal('Jane Doe')
  })

  it('makes no column while only one of its parts is known', () => {
    const tables = new TablesModel().take(said(1, { firstName: 'Jane' }))
    expect(tables.typeOf('users', 'name')).to.equal(undefined)
  })

  it('is text, even where others are numbers', () => {
    const tables = new TablesModel()
      .take({ ...said(1, { name: 7 }), userId: 'u2' })
      .take(said(2, { firstName: 'Jane', lastName: 'Doe' }))
    expect(tables.rows('users').map(({ name }) => name)).to.deep.equal(['7', 'Jane Doe'])
  })

  it('is no trait of an account', () => {
    const traits = { firstName: 'Jane', lastName: 'Doe' }
    const tables = new TablesModel().take(message({ type: 'group', groupId: 'g1', traits }))
    expect(tables.row('accounts', 'g1')).not.to.have.property('name')
  })
})

describe('a row of accounts', () => {
  it('follows the same rules', () => {
    const group = (number: number, traits: JsonObject) => ({
      ...said(number, traits),
      type: 'group' as const,
      groupId: 'g1',
    })
    const tables = new TablesModel()
      .take(group(3, { plan: 'b', address: { city: 'Ulm' } }))
      .take(group(1, { plan: 'a', size: 3, address: { city: 'Bonn', street: 'x' } }))
    expect(tables.rows('accounts')).to.deep.equal([
      { id: 'g1', received_at: day(3), plan: 'b', address_city: 'Ulm', size: 3 },
    ])
    expect(tables.tables()).to.deep.equal(['accounts', 'groups'])
  })

  it('has no id beside its own', () => {
    const tables = new TablesModel().take(
      message({ type: 'group', groupId: 'g1', traits: { id: 'g1', group_id: 'other' } }),
    )
    expect(Object.keys(tables.row('accounts', 'g1')!)).to.deep.equal(['id', 'received_at'])
    expect(tables.discards.map(({ table, column }) => [table, column])).to.deep.equal([
      ['groups', 'group_id'],
    ])
  })
})
