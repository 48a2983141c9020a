// The types of columns, and what happens to a value that does not fit.
import { expect } from 'chai'
import { message, TablesModel } from './tables-model.js'

/** The column p after these values of a property, and the discards. */
function column(values: unknown[], options = { isSegment: false }) {
  const tables = new TablesModel(options)
  for (const [i, p] of values.entries()) {
    tables.take(message({ messageId: `t${i}`, properties: { p } }))
  }
  return {
    type: tables.typeOf('seen', 'p'),
    cells: tables.rows('seen').map(({ p }) => p),
    discards: tables.discards.map(({ value, reason }) => [value, reason]),
  }
}

describe('a column', () => {
  for (const [value, type] of [
    [5, 'integer'],
    [-0, 'integer'],
    [2 ** 53 - 1, 'integer'],
    [2 ** 53, 'number'],
    [5.5, 'number'],
    [1e300, 'number'],
    [true, 'boolean'],
    ['', 'text'],
    ['5', 'text'],
    ['2026-03-01T12:00:00Z', 'timestamp'],
    ['2026-03-01T12:00:00.5+02:00', 'timestamp'],
    ['2026-03-01T12:00:00.123000Z', 'timestamp'],
    // A day is no instant, and neither is a time of nobody knows which zone.
    ['2026-03-01', 'text'],
    ['2026-03-01T12:00:00', 'text'],
    // Its last digits would be lost.
    ['2026-03-01T12:00:00.123456Z', 'text'],
    ['2026-02-30T12:00:00Z', 'text'],
    ['0000-01-01T00:00:00Z', 'text'],
    ['0000-01-01T00:00:00.000Z', 'text'],
    ['9999-12-31T23:59:59-01:00', 'text'],
    [['a'], 'text'],
  ] as const) {
    it(`that begins with ${JSON.stringify(value)} is of ${type}`, () => {
      const found = column([value])
      expect(found.type).to.equal(type)
      expect(found.discards).to.deep.equal([])
    })
  }

  it('appears with its first value that is not null', () => {
    expect(column([null, null]).type).to.equal(undefined)
    expect(column([null, 1]).type).to.equal('integer')
  })

  for (const [values, type, cells] of [
    [[1, 2.5], 'number', [1, 2.5]],
    [[1, 2 ** 60], 'number', [1, 2 ** 60]],
    [[1, 'x'], 'text', ['1', 'x']],
    [[1.5, 'x'], 'text', ['1.5', 'x']],
    [[1e21, 'x'], 'text', ['1e+21', 'x']],
    [[true, 'x'], 'text', ['true', 'x']],
    [[true, 1], 'text', ['true', '1']],
    [[1, false], 'text', ['1', 'false']],
    [[1, ['a']], 'text', ['1', '["a"]']],
    [['x', 1, true, 2.5], 'text', ['x', '1', 'true', '2.5']],
    [['x', '2026-03-01T12:00:00Z'], 'text', ['x', '2026-03-01T12:00:00Z']],
    [
      ['2026-03-01T12:00:00Z', '2026-3-01T14:00:00+02:00'],
      'timestamp',
      ['2026-03-01T12:00:00.000Z', '2026-03-01T12:00:00.000Z'],
    ],
  ] as [unknown[], string, unknown[]][]) {
    it(`that has ${JSON.stringify(values)} is of ${type}, and nothing is lost`, () => {
      expect(column(values)).to.deep.equal({ type, cells, discards: [] })
    })
  }

  it('is an integer, then a number, then text, and has columns beside it for an object', () => {
    const tables = new TablesModel()
    for (const [i, p] of [1, 2.5, 'x', { amount: 5, currency: 'EUR' }, [1]].entries()) {
      tables.take(message({ messageId: `t${i}`, properties: { p } }))
    }
    const cells = tables.rows('seen').map((row) => [row.p, row.p_amount, row.p_currency])
    expect(cells).to.deep.equal([
      ['1', undefined, undefined],
      ['2.5', undefined, undefined],
      ['x', undefined, undefined],
      [undefined, 5, 'EUR'],
      ['[1]', undefined, undefined],
    ])
    expect(tables.changes.filter(({ kind }) => kind === 'widen')).to.deep.equal([
      { kind: 'widen', table: 'seen', column: 'p', from: 'integer', to: 'number' },
      { kind: 'widen', table: 'seen', column: 'p', from: 'number', to: 'text' },
    ])
    expect(tables.discards).to.deep.equal([])
  })

  it('of timestamps stays one: what is none is null, and discarded', () => {
    const found = column(['2026-03-01T12:00:00Z', 'yesterday', 5, true, '0000-01-01T00:00:00Z'])
    expect(found.type).to.equal('timestamp')
    expect(found.cells.slice(1)).to.deep.equal([undefined, undefined, undefined, undefined])
    expect(found.discards).to.deep.equal(
      ['"yesterday"', '5', 'true', '"0000-01-01T00:00:00Z"'].map((value) => [
        value,
        'not a timestamp, as the column is',
      ]),
    )
  })

  it('of timestamps has a day, a time without a zone and microseconds as well as it can, and says so', () => {
    const { cells, discards } = column([
      '2026-03-01T12:00:00Z',
      '2026-03-01',
      '2026-03-01T12:00:00',
      '2026-03-01T12:00:00.123456Z',
    ])
    expect(cells.slice(1)).to.deep.equal([
      '2026-03-01T00:00:00.000Z',
      '2026-03-01T12:00:00.000Z',
      '2026-03-01T12:00:00.123Z',
    ])
    const reasons = discards.map(([, reason]) => reason)
    expect(reasons).to.deep.equal(new Array(3).fill('kept as UTC, to the millisecond'))
  })

  it('of timestamps takes a time without a zone for no repetition of one with it', () => {
    const properties = { at: '2026-03-01T12:00:00Z', At: '2026-03-01T12:00:00' }
    const tables = new TablesModel().take(message({ properties }))
    expect(tables.discards.map(({ value }) => value)).to.deep.equal(['"2026-03-01T12:00:00"'])
  })

  it('of the call itself never changes its type', () => {
    const tables = new TablesModel().take(
      message({ messageId: 't1', originalTimestamp: 1_772_366_400 as never }),
      message({ messageId: 't2', originalTimestamp: '2026-03-01T12:00:00.123456' }),
    )
    expect(tables.row('tracks', 't1')).not.to.have.property('original_timestamp')
    expect(tables.row('tracks', 't2')?.original_timestamp).to.equal('2026-03-01T12:00:00.123Z')
    expect(tables.discards.map(({ table, value, reason }) => [table, value, reason])).to.deep.equal(
      [
        ['tracks', '1772366400', 'not a timestamp, as the column is'],
        ['seen', '1772366400', 'not a timestamp, as the column is'],
      ],
    )
  })

  it('has no number that is not finite', () => {
    const infinite: unknown = JSON.parse('1e999')
    expect(column([infinite])).to.deep.equal({
      type: undefined,
      cells: [undefined],
      discards: [['Infinity', 'not a finite number']],
    })
    expect(column([[infinite, null]]).cells).to.deep.equal(['["Infinity",null]'])
  })

  it('has no text that a store cannot keep', () => {
    const { cells, discards } = column(['a\0b', 'x\ud800y', '\udc00', '👍'])
    expect(cells).to.deep.equal(['a\ufffdb', 'x\ufffdy', '\ufffd', '👍'])
    expect(discards).to.deep.equal(
      ['"a\\u0000b"', '"x\\ud800y"', '"\\udc00"'].map((value) => [
        value,
        'NUL characters or lone surrogates replaced by U+FFFD',
      ]),
    )
  })

  it('has text of 600 characters whole', () => {
    expect(column(['x'.repeat(600)]).cells).to.deep.equal(['x'.repeat(600)])
  })

  it("has the first 512 of 600 characters with Segment's rules, and says so", () => {
    const { cells, discards } = column(['x'.repeat(600), ['y'.repeat(600)]], { isSegment: true })
    expect(cells).to.deep.equal(['x'.repeat(512), `["${'y'.repeat(510)}`])
    expect(discards).to.deep.equal([
      [`"${'x'.repeat(600)}"`, 'cut at 512 characters'],
      [JSON.stringify(JSON.stringify(['y'.repeat(600)])), 'cut at 512 characters'],
    ])
    expect(column([`${'x'.repeat(511)}👍`], { isSegment: true }).cells).to.deep.equal([
      'x'.repeat(511),
    ])
  })

  it('shows a long value of a discard cut', () => {
    const { discards } = column(['2026-03-01T12:00:00Z', 'x'.repeat(5_000)])
    expect(discards[0]![0]).to.have.length(1_001)
  })
})
