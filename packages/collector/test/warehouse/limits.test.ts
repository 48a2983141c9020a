// What people send, and what somebody may send on purpose.
import { expect } from 'chai'
import { planRows } from '../../lib/warehouse/plan.js'
import { message, TablesModel } from './tables-model.js'

describe('the schema', () => {
  it('holds 500 events of 50 properties each', () => {
    const tables = new TablesModel()
    for (let event = 0; event < 500; event++) {
      const properties = Object.fromEntries(
        Array.from({ length: 50 }, (_, i) => [`property ${i}`, i % 2 ? `v${event}` : event]),
      )
      tables.take(message({ messageId: `t${event}`, event: `Event ${event}`, properties }))
    }
    expect(tables.tables()).to.have.length(501)
    expect(tables.rows('tracks')).to.have.length(500)
    expect(tables.discards).to.deep.equal([])
    const row = tables.row('event_499', 't499')!
    expect(Object.keys(row).filter((name) => name.startsWith('property_'))).to.have.length(50)
    expect(row).to.include({ property_0: 499, property_1: 'v499' })
    tables.take(message({ event: 'Event 500' }))
    expect(tables.tables()).not.to.include('event_500')
  })

  it('holds names in Japanese', () => {
    const tables = new TablesModel().take(
      message({
        messageId: 't1',
        event: '注文完了',
        properties: { 価格: 1200, 数量: 2, 商品: { 名前: '本' } },
      }),
    )
    expect(tables.row('tracks', 't1')).to.include({ event: '注文完了', event_text: '注文完了' })
    expect(tables.row('注文完了', 't1')).to.include({ 価格: 1200, 数量: 2, 商品_名前: '本' })
  })

  it('holds hostile names', () => {
    const properties = JSON.parse(
      `{"select": 1, "\\"; drop table users; --": 2, "__proto__": 3, "constructor": {"prototype": 4},
        "toString": 5, "": 6, "\\u0000": 7, "🎉": 8, "hasOwnProperty": null}`,
    ) as Record<string, unknown>
    const tables = new TablesModel().take(
      message({ messageId: 't1', event: '__proto__', properties }),
    )
    const { id, anonymous_id, received_at, timestamp, event, event_text, ...own } = tables.row(
      'proto',
      't1',
    )!
    expect([id, anonymous_id, received_at, timestamp, event, event_text]).to.include('__proto__')
    const { select, drop_table_users, proto, constructor_prototype, to_string, ...hashed } = own
    expect([select, drop_table_users, proto, constructor_prototype, to_string]).to.deep.equal([
      1, 2, 3, 4, 5,
    ])
    expect(Object.keys(hashed).every((name) => /^name_[0-9a-f]{8}$/.test(name))).to.equal(true)
    expect(Object.values(hashed)).to.deep.equal([6, 7, 8])
    expect(tables.discards).to.deep.equal([])
  })

  it('holds names that meet when they are cut apart, and discards what meets in snake case', () => {
    const long = 'a property with a name that is longer than any database allows it to be: number'
    const tables = new TablesModel().take(
      message({
        messageId: 't1',
        properties: { [`${long} 1`]: 1, [`${long} 2`]: 2, 'a-b': 3, a_b: 4, a: { b: 5 } },
      }),
    )
    const row = tables.row('seen', 't1')!
    const cut = Object.keys(row).filter((name) => name.startsWith('a_property'))
    expect(cut.map((name) => row[name])).to.deep.equal([1, 2])
    expect(row.a_b).to.equal(3)
    expect(tables.discards.map(({ column, value }) => [column, value])).to.deep.equal([
      ['a_b', '4'],
      ['a_b', '5'],
    ])
  })

  it('has one table for names of events that meet', () => {
    const tables = new TablesModel().take(
      message({ event: 'Signed Up' }),
      message({ event: 'signed_up' }),
    )
    expect(tables.rows('signed_up').map((row) => row.event_text)).to.deep.equal([
      'Signed Up',
      'signed_up',
    ])
  })

  it('has at most 1,500 columns in a table: what comes after is discarded', () => {
    const tables = new TablesModel()
    for (let from = 0; from < 2_000; from += 200) {
      const properties = Object.fromEntries(
        Array.from({ length: 200 }, (_, i) => [`p${from + i}`, from + i]),
      )
      tables.take(message({ properties }))
    }
    expect(tables.types.get('seen')!.size).to.equal(1_500)
    expect(tables.discards).to.have.length(2_000 - (1_500 - 9))
    expect(tables.discards[0]).to.include({
      table: 'seen',
      column: 'p1491',
      value: '1491',
      reason: 'the table has 1,500 columns',
    })
    // A column that is there still takes its values.
    tables.take(message({ messageId: 'last', properties: { p7: 70, p1999: 1 } }))
    expect(tables.row('seen', 'last')).to.include({ p7: 70 })
  })

  it('has at most 1,500 columns in a table, even if they come at once', () => {
    const properties = Object.fromEntries(Array.from({ length: 1_600 }, (_, i) => [`p${i}`, i]))
    const tables = new TablesModel().take(message({ properties }))
    expect(tables.types.get('seen')!.size).to.equal(1_500)
  })

  it('has room for 500 numbers in a row, and not for 700', () => {
    const properties = Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`p${i}`, i % 10]))
    const tables = new TablesModel().take(message({ messageId: 't1', properties }))
    const kept = Object.keys(tables.row('seen', 't1')!).filter((name) => /^p\d/.test(name)).length
    expect(kept).to.be.within(500, 520)
    expect(tables.discards).to.have.length(700 - kept)
  })

  it('has rows that fit on a page: what is too much is discarded', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, i) => [`p${i}`, `a text of 24 characters!`]),
    )
    const tables = new TablesModel().take(message({ messageId: 't1', properties }))
    const row = tables.row('seen', 't1')!
    const kept = Object.keys(row).filter((name) => /^p\d/.test(name)).length
    expect(kept).to.be.within(300, 325)
    expect(tables.discards).to.have.length(1_000 - kept)
    expect(tables.discards[0]).to.include({ reason: 'the row is too wide', messageId: 't1' })
  })

  it('keeps what is nested more than 16 deep as JSON', () => {
    let nested: Record<string, unknown> = { leaf: 1 }
    for (let depth = 0; depth < 20; depth++) nested = { a: nested }
    const tables = new TablesModel().take(message({ messageId: 't1', properties: nested }))
    const value = Object.entries(tables.row('seen', 't1')!).find(([name]) =>
      name.startsWith('a_a'),
    )!
    expect(value[0]).to.equal(new Array(17).fill('a').join('_'))
    expect(value[1]).to.equal('{"a":{"a":{"a":{"leaf":1}}}}')
  })

  it('keeps what is nested as deeply as 32 KiB allow', () => {
    const deep = `${'{"a":'.repeat(5_000)}1e999${'}'.repeat(5_000)}`
    const array = `${'['.repeat(15_000)}{"a":null,"b":"x"},[]${']'.repeat(15_000)}`
    const properties = JSON.parse(deep) as Record<string, unknown>
    const tables = new TablesModel().take(
      message({ messageId: 't1', properties }),
      message({ messageId: 't2', properties: { array: JSON.parse(array) as unknown } }),
    )
    const nested = tables.row('seen', 't1')![new Array(17).fill('a').join('_')]
    expect(nested).to.equal(`${'{"a":'.repeat(4_983)}"Infinity"${'}'.repeat(4_983)}`)
    expect(tables.row('seen', 't2')?.array).to.equal(array)
    expect(tables.discards).to.deep.equal([])
    const without = new TablesModel({ isSegment: false, maxEventTables: 0 })
    without.take(message({ properties }))
    expect(without.discards[0]!.value).to.equal(`${'{"a":'.repeat(200)}…`)
  })

  it('keeps ids that no store can keep as they are, and says so', () => {
    const tables = new TablesModel().take(
      message({ type: 'identify', messageId: 'i\0', userId: 'u\0', traits: { a: 1 } }),
    )
    expect(tables.row('identifies', 'i\ufffd')).to.include({ user_id: 'u\ufffd' })
    expect(tables.row('users', 'u\ufffd')).to.include({ a: 1 })
    expect(tables.discards.map(({ column, messageId }) => [column, messageId])).to.deep.equal([
      ['id', 'i\ufffd'],
      ['user_id', 'i\ufffd'],
    ])
  })

  it('that is given is not changed, and neither are the messages', () => {
    const tables = new TablesModel().take(
      message({ type: 'identify', userId: 'u1', traits: { size: 1 } }),
      message({ properties: { p: 1 } }),
    )
    const before = structuredClone(tables.types)
    const next = message({
      type: 'identify',
      userId: 'u1',
      traits: { size: 'x', more: [{ a: 1 }] },
    })
    const copy = structuredClone(next)
    const { changes } = planRows(tables.types, [{ message: next, seq: 9 }], { isSegment: false })
    expect(changes).not.to.deep.equal([])
    expect(tables.types).to.deep.equal(before)
    expect(next).to.deep.equal(copy)
  })

  it('is not changed by messages that need nothing new', () => {
    const batch = [message({ properties: { p: 1 } }), message({ type: 'page', name: 'x' })]
    const tables = new TablesModel().take(...batch)
    const plan = planRows(
      tables.types,
      batch.map((message, seq) => ({ message, seq })),
      { isSegment: false },
    )
    expect(plan.changes).to.deep.equal([])
  })
})
