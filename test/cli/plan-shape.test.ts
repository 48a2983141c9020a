// What `selfsame plan infer` remembers of messages: bounded, whatever comes.

import { expect } from 'chai'
import { objectSchema } from '../../lib/cli/plan/infer/shape-schema.js'
import { Shape } from '../../lib/cli/plan/infer/shape.js'

function shapeOf(values: Iterable<unknown>): Shape {
  const shape = new Shape()
  for (const value of values) shape.add(value)
  return shape
}

function* times(count: number, value: (index: number) => unknown): Generator {
  for (let index = 0; index < count; index++) yield value(index)
}

/** The schema of a field that has these values. */
function schemaOf(values: Iterable<unknown>): Record<string, unknown> {
  const shape = new Shape()
  for (const value of values) shape.add({ field: value })
  const { properties } = objectSchema(shape, { examples: true })
  return { ...(properties as Record<string, object>).field }
}

describe('the shape of many values', () => {
  it('keeps few texts, and none that is long', () => {
    expect(shapeOf(times(10_000, (n) => `text ${n}`)).texts).to.equal(undefined)
    expect(shapeOf(times(10, (n) => `${n}`.repeat(1_000))).texts).to.equal(undefined)
    expect(shapeOf(times(10_000, (n) => `text ${n % 100}`)).texts).to.have.lengthOf(100)
  })

  it('takes an object with many keys, or with data as keys, for one of any keys', () => {
    const many = shapeOf(times(1_000, (n) => ({ [`key${n}`]: n })))
    expect(many.fields).to.equal(undefined)
    expect(many.others?.countOf('number')).to.equal(1_000)
    const mailed = shapeOf([{ a: 1 }, { 'jane@example.com': 'x' }, { a: null }])
    // Without its notes.
    expect(JSON.parse(JSON.stringify(objectSchema(mailed, { examples: true })))).to.deep.equal({
      type: 'object',
      additionalProperties: { type: ['number', 'string', 'null'] },
    })
  })

  it('looks at twelve levels', () => {
    let deep: unknown = 'bottom'
    for (let level = 0; level < 100; level++) deep = [{ deep }]
    const text = JSON.stringify(objectSchema(shapeOf([{ deep }]), { examples: true }))
    expect(text).not.to.include('string')
    expect(text.length).to.be.below(2_000)
  })

  for (const [what, values, expected] of [
    ['days', ['2024-02-29', '2023-12-31'], 'date'],
    ['no days', ['2023-02-29', '2023-12-31'], undefined],
    ['times', ['2024-02-29T23:59:59.999Z', '2023-01-01T00:00:00+02:00'], 'date-time'],
    ['times without a zone', ['2024-02-29T23:59:59'], undefined],
    ['addresses', ['a@example.com', 'b.c+d@mail.example.co.uk'], 'email'],
    ['most addresses', ['a@example.com', 'none'], undefined],
    ['ids', ['3f2504e0-4f89-41d3-9a0c-0305e82c3301'], 'uuid'],
    ['pages', ['https://example.com/a?b=c#d', 'http://localhost:3000'], 'uri'],
  ] as const) {
    it(`has a format: ${what}`, () => {
      expect(schemaOf(values).format).to.equal(expected)
    })
  }

  it('joins what it saw as single keys, formats included', () => {
    const keys = (value: (n: number) => unknown) =>
      objectSchema(shapeOf(times(300, (n) => ({ [`key${n}`]: value(n) }))), { examples: true })
        .additionalProperties
    expect(keys(() => '2024-01-01')).to.deep.include({ type: 'string', format: 'date' })
    expect(keys((n) => (n === 5 ? 'none' : '2024-01-01'))).not.to.have.property('format')
    expect(keys((n) => n)).to.deep.include({ type: 'integer' })
    expect(keys((n) => n + 0.5)).to.deep.include({ type: 'number' })
    expect(keys((n) => ({ a: n }))).to.deep.nested.include({ 'properties.a.type': 'integer' })
  })
})
