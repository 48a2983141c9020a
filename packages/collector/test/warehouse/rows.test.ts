// What a message becomes (Segment: Warehouse Schemas; Spec: Identify, Group, Page).
import { expect } from 'chai'
import { message, TablesModel } from './tables-model.js'

const times = {
  received_at: '2026-03-01T12:00:00.000Z',
  timestamp: '2026-03-01T12:00:00.000Z',
}

describe('rows: an identify', () => {
  const newsletter = message({
    type: 'identify',
    messageId: 'i1',
    anonymousId: 'a1',
    traits: { firstName: 'Peter', lastName: 'Gibbons', email: 'peter@example.com' },
  })

  it('of an anonymous visitor is a row in identifies, and none in users', () => {
    const tables = new TablesModel().take(newsletter)
    expect(tables.rows('identifies')).to.deep.equal([
      {
        id: 'i1',
        anonymous_id: 'a1',
        ...times,
        first_name: 'Peter',
        last_name: 'Gibbons',
        email: 'peter@example.com',
      },
    ])
    expect(tables.tables()).to.deep.equal(['identifies'])
  })

  it('of a user is a row in users too, with nested traits as columns and no anonymous id', () => {
    const tables = new TablesModel().take(newsletter).take(
      message({
        type: 'identify',
        messageId: 'i2',
        userId: '123abc',
        traits: { address: { street: '1 Main St', postalCode: '12345' }, age: 31 },
      }),
    )
    expect(tables.rows('identifies')).to.have.length(2)
    expect(tables.rows('users')).to.deep.equal([
      {
        id: '123abc',
        received_at: times.received_at,
        address_street: '1 Main St',
        address_postal_code: '12345',
        age: 31,
      },
    ])
    expect(tables.typeOf('users', 'anonymous_id')).to.equal(undefined)
    expect(tables.typeOf('users', 'age')).to.equal('integer')
  })

  it('that changes a trait is a new row in identifies, and the same row in users', () => {
    const identify = (plan: string, timestamp: string) =>
      message({ type: 'identify', userId: 'u1', timestamp, traits: { plan } })
    const tables = new TablesModel()
      .take(message({ type: 'identify', userId: 'u1', traits: { city: 'Bonn' } }))
      .take(identify('basic', '2026-03-02T00:00:00.000Z'))
      .take(identify('premium', '2026-03-03T00:00:00.000Z'))
    expect(tables.rows('identifies').map(({ plan }) => plan)).to.deep.equal([
      undefined,
      'basic',
      'premium',
    ])
    expect(tables.rows('users')).to.deep.equal([
      { id: 'u1', received_at: times.received_at, city: 'Bonn', plan: 'premium' },
    ])
  })

  it('has one column for firstName and first_name', () => {
    const tables = new TablesModel().take(
      message({ type: 'identify', messageId: 'i1', traits: { firstName: 'Ada' } }),
      message({ type: 'identify', messageId: 'i2', traits: { first_name: 'Bo' } }),
    )
    expect(tables.rows('identifies').map((row) => row.first_name)).to.deep.equal(['Ada', 'Bo'])
    expect(tables.discards).to.deep.equal([])
  })

  it('that sends both spellings with two values keeps the first, and says so', () => {
    const traits = { firstName: 'Ada', first_name: 'Bo' }
    const tables = new TablesModel().take(
      message({ type: 'identify', messageId: 'i1', userId: 'u1', traits }),
    )
    expect(tables.row('identifies', 'i1')?.first_name).to.equal('Ada')
    expect(tables.row('users', 'u1')?.first_name).to.equal('Ada')
    expect(tables.discards).to.deep.equal([
      {
        table: 'identifies',
        column: 'first_name',
        value: '"Bo"',
        reason: 'another value of the message has the same column',
        messageId: 'i1',
      },
    ])
  })

  it('that sends both spellings with one value loses nothing', () => {
    const traits = {
      createdAt: '2026-01-01T00:00:00Z',
      created_at: '2026-01-01T00:00:00Z',
      a: 1,
      A: 1,
    }
    const tables = new TablesModel().take(message({ type: 'identify', traits }))
    expect(tables.discards).to.deep.equal([])
  })

  it('with its userId as a trait loses nothing', () => {
    const tables = new TablesModel().take(
      message({
        type: 'identify',
        messageId: 'i1',
        userId: '42',
        traits: { id: 42, userId: '42' },
      }),
    )
    expect(tables.discards).to.deep.equal([])
    expect(tables.row('identifies', 'i1')).to.include({ id: 'i1', user_id: '42' })
    expect(tables.rows('users')).to.deep.equal([{ id: '42', received_at: times.received_at }])
  })
})

describe('rows: a track', () => {
  const signedUp = message({
    messageId: 't1',
    userId: 'u1',
    event: 'Signed Up',
    sentAt: '2026-03-01T11:59:59.000Z',
    originalTimestamp: '2026-03-01T11:59:58Z',
    properties: { plan: 'premium', 'total billed': 10.5, trial: false },
    context: { app: { version: '1.2' }, ip: '203.0.113.7', traits: { email: 'x@example.com' } },
  })
  const common = {
    id: 't1',
    anonymous_id: 'a1',
    user_id: 'u1',
    ...times,
    sent_at: '2026-03-01T11:59:59.000Z',
    original_timestamp: '2026-03-01T11:59:58.000Z',
    event: 'signed_up',
    event_text: 'Signed Up',
    context_app_version: '1.2',
    context_ip: '203.0.113.7',
    context_traits_email: 'x@example.com',
  }

  it('is a row in tracks without its properties, and one in the table of its event with them', () => {
    const tables = new TablesModel().take(signedUp)
    expect(tables.tables()).to.deep.equal(['signed_up', 'tracks'])
    expect(tables.rows('tracks')).to.deep.equal([common])
    expect(tables.rows('signed_up')).to.deep.equal([
      { ...common, plan: 'premium', total_billed: 10.5, trial: false },
    ])
    expect(tables.typeOf('tracks', 'plan')).to.equal(undefined)
  })

  it('or a page of a visitor is in no table of users', () => {
    const tables = new TablesModel().take(signedUp, message({ type: 'page', name: 'Home' }))
    expect(tables.tables()).to.deep.equal(['pages', 'signed_up', 'tracks'])
  })

  it('has an array as JSON', () => {
    const tables = new TablesModel().take(
      message({
        messageId: 't1',
        properties: { ids: ['507f1', '505bd'], none: [], deep: [{ a: 1 }] },
      }),
    )
    expect(tables.row('seen', 't1')).to.include({
      ids: '["507f1","505bd"]',
      none: '[]',
      deep: '[{"a":1}]',
    })
  })

  for (const property of ['user_id', 'userId', 'id', 'event', 'timestamp', 'received_at']) {
    it(`loses a property ${property}, and says so`, () => {
      const tables = new TablesModel().take(
        message({ messageId: 't1', userId: 'u1', properties: { [property]: 'other', plan: 'x' } }),
      )
      const column = property === 'userId' ? 'user_id' : property
      expect(tables.row('seen', 't1')).to.include({ id: 't1', user_id: 'u1', plan: 'x' })
      expect(tables.discards).to.deep.equal([
        {
          table: 'seen',
          column,
          value: '"other"',
          reason: 'the column has a meaning of its own',
          messageId: 't1',
        },
      ])
    })
  }

  it('is in a table of another name if its own is taken', () => {
    const tables = new TablesModel().take(
      message({ event: 'Users' }),
      message({ event: 'Messages' }),
    )
    expect(tables.tables()).to.deep.equal(['event_messages', 'event_users', 'tracks'])
  })

  it('of an event too many is in tracks alone, and its properties are discarded', () => {
    const tables = new TablesModel({ isSegment: false, maxEventTables: 2 })
      .take(message({ event: 'One' }), message({ event: 'Two' }))
      .take(message({ messageId: 't3', event: 'Three', properties: { a: 1 } }))
      .take(message({ event: 'Two' }))
    expect(tables.tables()).to.deep.equal(['one', 'tracks', 'two'])
    expect(tables.rows('tracks')).to.have.length(4)
    expect(tables.rows('two')).to.have.length(2)
    expect(tables.discards).to.deep.equal([
      {
        table: 'three',
        column: 'properties',
        value: '{"a":1}',
        reason: 'there are too many tables of events',
        messageId: 't3',
      },
    ])
  })
})

describe('rows: the other calls', () => {
  it('a group is a row in groups, and one in accounts that follows', () => {
    const group = (traits: Record<string, unknown>, timestamp: string) =>
      message({ type: 'group', userId: 'u1', groupId: 'g1', timestamp, traits })
    const tables = new TablesModel()
      .take(group({ name: 'Initech', employees: 20 }, '2026-03-01T00:00:00.000Z'))
      .take(group({ employees: 30 }, '2026-03-02T00:00:00.000Z'))
    expect(
      tables.rows('groups').map(({ group_id, employees }) => [group_id, employees]),
    ).to.deep.equal([
      ['g1', 20],
      ['g1', 30],
    ])
    expect(tables.rows('accounts')).to.deep.equal([
      { id: 'g1', received_at: times.received_at, name: 'Initech', employees: 30 },
    ])
  })

  it('a page has its name and category, wherever they were sent', () => {
    const tables = new TablesModel().take(
      message({
        type: 'page',
        messageId: 'p1',
        name: 'Home',
        category: 'Docs',
        properties: { category: 'Docs', name: 'Home', url: 'https://example.com/' },
      }),
      message({ type: 'page', messageId: 'p2', properties: { name: 'Other', category: 'Blog' } }),
    )
    expect(tables.row('pages', 'p1')).to.include({
      name: 'Home',
      category: 'Docs',
      url: 'https://example.com/',
    })
    expect(tables.row('pages', 'p2')).to.include({ name: 'Other', category: 'Blog' })
    expect(tables.discards).to.deep.equal([])
  })

  it('a screen is a row in screens', () => {
    const tables = new TablesModel().take(
      message({ type: 'screen', messageId: 's1', name: 'Main', properties: { tab: 1 } }),
    )
    expect(tables.row('screens', 's1')).to.include({ name: 'Main', tab: 1 })
  })

  it('an alias is a row in aliases', () => {
    const tables = new TablesModel().take(
      message({ type: 'alias', messageId: 'x1', userId: 'u1', previousId: 'a1' }),
    )
    expect(tables.row('aliases', 'x1')).to.include({ user_id: 'u1', previous_id: 'a1' })
  })

  it('what is no object, and what is null, is no column', () => {
    const tables = new TablesModel().take(
      message({ type: 'identify', traits: null, context: null, userId: null }),
      message({ type: 'identify', traits: { plan: null, nothing: {} }, context: { ip: null } }),
    )
    expect([...tables.types.get('identifies')!.keys()]).to.deep.equal([
      'id',
      'anonymous_id',
      'user_id',
      'received_at',
      'sent_at',
      'timestamp',
      'original_timestamp',
    ])
    expect(tables.discards).to.deep.equal([])
  })
})
