// `jsonSchema()`: a JSON Schema as a schema of a plan.

import { expect } from 'chai'
import {
  checkMessage,
  definePlan,
  jsonSchema,
  type JsonSchema,
  type StandardSchema,
} from '../../lib/plan/index.js'
import { withPlan } from './planned-client.js'

const order = jsonSchema({
  type: 'object',
  properties: {
    revenue: { type: 'number' },
    coupon: { type: ['string', 'null'] },
    plan: { enum: ['free', 'premium'] },
    at: { type: 'string', format: 'date-time' },
    items: {
      type: 'array',
      items: { type: 'object', properties: { 'a/b~c %': { type: 'integer' } } },
    },
    id: { anyOf: [{ type: 'string' }, { type: 'integer', minimum: 1 }] },
  },
  required: ['revenue'],
  additionalProperties: false,
})

/** What is wrong with properties, as `type field`. */
function wrongIn(schema: StandardSchema<never>, properties: unknown): string[] {
  const plan = definePlan({ events: { E: schema } })
  const found = checkMessage(plan, { type: 'track', event: 'E', properties })
  return (found?.violations ?? []).map(({ type, field }) => `${type} ${field}`)
}

describe('jsonSchema()', () => {
  for (const [what, properties, expected] of [
    ['nothing wrong', { revenue: 1, coupon: null, plan: 'free', items: [], id: 3 }, []],
    ['what is missing', {}, ['Required properties.revenue']],
    ['another type', { revenue: '1' }, ['Invalid Value properties.revenue']],
    [
      'what is not among the values',
      { revenue: 1, plan: 'gold' },
      ['Invalid Value properties.plan'],
    ],
    ['what is not in the schema', { revenue: 1, revenu: 2 }, ['Invalid Value properties.revenu']],
    ['a broken format', { revenue: 1, at: 'now' }, ['Invalid Value properties.at']],
    [
      'each at its place, whatever the keys',
      { items: [{ 'a/b~c %': 1 }, { 'a/b~c %': 'x' }] },
      ['Required properties.revenue', 'Invalid Value properties.items.1.a/b~c %'],
    ],
    ['alternatives, as one', { revenue: 1, id: 0 }, ['Invalid Value properties.id']],
    ['no object', 'text', ['Invalid Value properties']],
    ['nothing', undefined, ['Invalid Value properties']],
  ] as const) {
    it(`finds ${what}`, () => {
      expect(wrongIn(order as StandardSchema<never>, properties)).to.deep.equal(expected)
    })
  }

  it('says what is wrong in words that are not those of the validator', () => {
    const plan = definePlan({ events: { E: order } })
    const properties = { revenue: 'x', plan: 'gold', other: 1 }
    const found = checkMessage(plan, { type: 'track', event: 'E', properties })
    expect(found?.violations.map(({ description }) => description)).to.deep.equal([
      'is of type string, not "number"',
      'is none of ["free","premium"]',
      'is not in the schema',
    ])
  })

  it('checks values as JSON has them: a Date is a text, a BigInt its digits, undefined is nothing', () =>
    withPlan(
      definePlan({ events: { E: order } }),
      { onViolation: 'throw' },
      async ({ analytics, collector }) => {
        const at = new Date(0)
        const properties = { revenue: 1, at, coupon: undefined, id: 12n as never }
        analytics.track({ userId: 'u', event: 'E', properties })
        await analytics.flush()
        expect(collector.messages[0]!.properties).to.deep.equal({
          revenue: 1,
          at: '1970-01-01T00:00:00.000Z',
          id: '12',
        })
      },
    ))

  it('takes a circle for a fault of the check', () => {
    const circle: Record<string, unknown> = { revenue: 1 }
    circle.items = [circle]
    expect(wrongIn(order as StandardSchema<never>, circle)).to.deep.equal([
      'Schema Error properties',
    ])
  })

  it('may refer to itself and to its definitions', () => {
    const tree = jsonSchema({
      type: 'object',
      properties: {
        name: { $ref: '#/$defs/name' },
        children: { type: 'array', items: { $ref: '#' } },
      },
      required: ['name'],
      $defs: { name: { type: 'string' } },
    })
    const check = (properties: unknown) => wrongIn(tree as StandardSchema<never>, properties)
    expect(check({ name: 'a', children: [{ name: 'b' }] })).to.deep.equal([])
    expect(check({ name: 'a', children: [{ name: 'b', children: [{}] }] })).to.deep.equal([
      'Required properties.children.0.children.0.name',
    ])
  })

  it('is of the draft that it names', () => {
    // In draft 4 it says whether the bound itself is allowed.
    const schema = (dialect: string) =>
      jsonSchema({
        $schema: dialect,
        type: 'object',
        properties: { n: { type: 'number', minimum: 1, exclusiveMinimum: true } },
      }) as StandardSchema<never>
    const old = schema('http://json-schema.org/draft-04/schema#')
    expect(wrongIn(old, { n: 1 })).to.deep.equal(['Invalid Value properties.n'])
    expect(wrongIn(old, { n: 2 })).to.deep.equal([])
  })

  it('is a copy: a change of the object afterwards changes nothing, and the object is left alone', () => {
    const given = Object.freeze({ type: 'object', properties: { n: { type: 'number' } } }) as {
      type: 'object'
      properties: { n: { type: 'number' | 'string' } }
    }
    const schema = jsonSchema(given) as unknown as StandardSchema<never>
    expect(wrongIn(schema, { n: 'x' })).to.have.lengthOf(1)
    given.properties.n.type = 'string'
    expect(wrongIn(schema, { n: 'x' })).to.have.lengthOf(1)
    expect(Object.getOwnPropertyNames(given.properties)).to.deep.equal(['n'])
  })

  it('gives its JSON Schema, as Standard JSON Schema has it', () => {
    const { jsonSchema: converter } = order['~standard']
    expect(converter.input({ target: 'draft-2020-12' })).to.have.nested.property(
      'properties.plan.enum',
    )
    expect(converter.output()).to.deep.equal(converter.input())
  })

  for (const [what, schema, message] of [
    ['no object', 'text', 'the schema is a string'],
    ['an unknown type', { type: 'strng' }, '/type is "strng"'],
    [
      'an unknown type within',
      { properties: { a: { anyOf: [{ type: 'int' }] } } },
      '/properties/a/anyOf/0/type is "int"',
    ],
    ['required in the place of draft 3', { properties: { a: { required: true } } }, '/required'],
    ['a broken pattern', { pattern: '(' }, '/pattern is "("'],
    ['a property that is no schema', { properties: { a: 'string' } }, '/properties/a is a string'],
    ['a reference to nothing', { items: { $ref: '#/$defs/a' } }, '$ref "#/$defs/a"'],
    [
      'an id that is there twice',
      { properties: { a: { $id: 'urn:a' }, b: { $id: 'urn:a' } } },
      'Duplicate schema URI',
    ],
    ['what is not JSON', { const: 1n }, 'cannot be written as JSON'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => jsonSchema(schema as JsonSchema))
        .to.throw(TypeError)
        .with.property('message')
        .that.includes(message)
    })
  }
})
