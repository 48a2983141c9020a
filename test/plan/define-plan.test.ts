// definePlan(), typed() and checkMessage(): what a plan is, and what is wrong with a definition.

import { expect } from 'chai'
import { z } from 'zod'
import { checkMessage, definePlan, isPlan, typed } from '../../lib/plan/index.js'
import { similarName } from '../../lib/plan/similar-name.js'

describe('a plan', () => {
  it('is frozen, has the fields of its definition, and the defaults of the rest', () => {
    const schema = z.object({})
    const plan = definePlan({ events: { A: schema } })
    expect(plan).to.deep.equal({
      kind: 'selfsame.plan',
      version: 1,
      events: Object.assign(Object.create(null) as object, { A: schema }),
      traits: undefined,
      groupTraits: undefined,
      pages: undefined,
      screens: undefined,
      unplanned: 'refuse',
      transform: false,
    })
    expect(Object.isFrozen(plan)).to.equal(true)
    expect(Object.isFrozen(plan.events)).to.equal(true)
    expect(isPlan(plan)).to.equal(true)
    expect(isPlan({ events: {} })).to.equal(false)
  })

  for (const [definition, text] of [
    [undefined, /the plan is undefined; allowed: an object with events/],
    [[], /the plan is an array/],
    [{}, /events is undefined; allowed: an object of schemas, by name/],
    [
      { events: { 'Signed Up': {} } },
      /events "Signed Up" is an object; allowed: a Standard Schema/,
    ],
    [{ events: { 'Signed Up': undefined } }, /events "Signed Up" is undefined/],
    [{ events: { '': typed() } }, /events has an empty name/],
    [{ events: {}, traits: 'email' }, /traits is a string; allowed: a Standard Schema/],
    [{ events: {}, pages: [] }, /pages is an array/],
    [{ events: {}, unplanned: 'deny' }, /unplanned is a string; allowed: "refuse" or "allow"/],
    [{ events: {}, transform: 'yes' }, /transform is a string; allowed: false or true/],
    [{ events: {}, event: {} }, /does not know event$/],
  ] as const) {
    it(`refuses ${definition === undefined ? 'undefined' : JSON.stringify(definition)}`, () => {
      expect(() => definePlan(definition as never)).to.throw(TypeError, text)
    })
  }

  it('has no event by the name of a method of every object', () => {
    const plan = definePlan({ events: { A: typed() } })
    for (const event of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
      const found = checkMessage(plan, { type: 'track', event })
      expect(found?.violations[0]).to.include({ type: 'Unplanned Event' })
    }
  })

  it('may have events by such names', () => {
    const events = JSON.parse('{"__proto__": 1, "toString": 1}') as Record<string, unknown>
    for (const name of ['__proto__', 'toString']) {
      Object.defineProperty(events, name, { value: typed() })
    }
    const plan = definePlan({ events: events as never })
    for (const event of ['toString', '__proto__']) {
      expect(checkMessage(plan, { type: 'track', event })).to.equal(undefined)
    }
  })
})

describe('checkMessage()', () => {
  const plan = definePlan({
    events: { 'Order Completed': z.object({ revenue: z.number() }), Free: typed<{ n: number }>() },
    traits: z.object({ email: z.string() }),
    groupTraits: z.object({ name: z.string() }),
    pages: { Pricing: z.object({}) },
  })

  it('says what is wrong with a message', () => {
    const message = {
      type: 'track',
      event: 'Order Completed',
      properties: { revenue: '9' },
    } as const
    expect(checkMessage(plan, message)).to.deep.equal({
      type: 'track',
      name: 'Order Completed',
      violations: [
        {
          type: 'Invalid Value',
          field: 'properties.revenue',
          description: 'Invalid input: expected number, received string',
        },
      ],
    })
  })

  it('says nothing of a message as planned, nor of what the plan says nothing of', () => {
    for (const message of [
      { type: 'track', event: 'Order Completed', properties: { revenue: 1 } },
      { type: 'track', event: 'Free', properties: 'unchecked' },
      { type: 'identify', traits: { email: 'a@example.com' } },
      { type: 'group', traits: { name: 'Initech' } },
      { type: 'page', name: 'Pricing', properties: {} },
      { type: 'screen', name: 'Any' },
      { type: 'alias' },
    ] as const) {
      expect(checkMessage(plan, message), message.type).to.equal(undefined)
    }
  })

  it('wants a name that is text', () => {
    for (const event of [undefined, null, 3, {}]) {
      const [violation] = checkMessage(plan, { type: 'track', event })!.violations
      expect(violation).to.include({ type: 'Required', field: 'event' })
    }
  })
})

describe('the name that was meant', () => {
  const names = ['Order Completed', 'Order Refunded', 'Signed Up', 'Viewed']

  for (const [given, meant] of [
    ['order completed', 'Order Completed'],
    ['Order  Completed', 'Order Completed'],
    ['order_completed', 'Order Completed'],
    ['orderCompleted', 'Order Completed'],
    ['Order Complete', 'Order Completed'],
    ['Order Complteed', 'Order Completed'],
    ['Oder Completed', 'Order Completed'],
    ['Order Compleded', 'Order Completed'],
    ['Signed-up', 'Signed Up'],
    ['Sign Up', undefined],
    ['Order', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ] as const) {
    it(`by ${given.slice(0, 30)} is ${meant}`, () => {
      expect(similarName(given, names)).to.equal(meant)
    })
  }
})
